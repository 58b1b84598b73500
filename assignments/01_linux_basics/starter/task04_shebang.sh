#!/bin/bash
# Usage: task04_shebang.sh
#
# Makes every ~/tools/*.sh a script that can be started by its name:
#   no line ends with a carriage return (CR)
#   the first line is #!/bin/bash: put in front of the others where there is none yet
#   the owner may execute it; other rights stay
# Other files stay as they are. A second run changes nothing more.
cd ~/tools || exit 1
# your commands
