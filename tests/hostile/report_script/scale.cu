// <script>owned()</script><img src=x onerror=owned()><owned>
#error <script>owned()</script><img src=x onerror=owned()><svg onload=owned()></style></textarea>
