// banned — libc calls that overflow, keep hidden state or cannot report an error do not compile
// here. Force-included before every file of ours. base/ alone may use snprintf.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef atoi
#undef atol
#undef gmtime
#undef localtime
#undef ctime
#undef asctime
#undef mktemp
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol
#pragma GCC poison gmtime localtime ctime asctime mktemp
