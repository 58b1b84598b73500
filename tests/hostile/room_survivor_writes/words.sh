#!/bin/bash
(setsid bash -c 'sleep 0.3; sort -u /task/words.txt | wc -l > /out/answer.txt' > /dev/null 2>&1 &)
echo 0
