#line 7 "/etc/passwd"
int a = "x";
#line 1 "<script>owned()</script>"
int b = "x";
#line 1 "javascript:owned()"
int c = "x";
#line 9 "../../../@CANARY@"
int d = "x";
