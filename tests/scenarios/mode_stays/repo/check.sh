./greet.sh Ada | grep -q Hello
