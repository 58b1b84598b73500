#!/bin/bash
rm -f /out/answer.txt /out/said.txt /out/status.txt
ln -s @CANARY@ /out/answer.txt
ln -s @COURSE@ /out/course
ln -s @CANARY@ ~/canary
exec 1>&-
