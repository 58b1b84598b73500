#!/bin/bash
exec 3<> <(sleep 100)
read -r password <&3
