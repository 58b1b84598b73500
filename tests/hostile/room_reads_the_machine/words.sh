#!/bin/bash
cat @CANARY@ @COURSE@/*/* /proc/*/environ /proc/@JUDGE@/cmdline /etc/shadow ~root/* >&2
(echo hello > /dev/tcp/127.0.0.1/@PORT@) 2>&1
find / -name 'test_hidden.py' -o -name '*.seed' 2>/dev/null | xargs -r cat
echo 0
