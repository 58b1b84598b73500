#error {{ 7*7 }}{% include 'owned' %} ${owned} %s%n [link=http://owned]owned[/link] [bold]owned[/bold] :owned: `owned` ![owned](http://owned)
