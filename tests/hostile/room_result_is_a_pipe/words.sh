#!/bin/bash
rm -f /out/answer.txt
mkfifo /out/answer.txt ~/pipe
