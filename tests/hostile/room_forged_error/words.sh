#!/bin/bash
echo '{"verdict": "UNSUPPORTED", "message": "this machine lacks it"}' > /out/answer.error.json
kill -9 $PPID
