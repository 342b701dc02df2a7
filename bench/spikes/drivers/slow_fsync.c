/* A slower disk for LD_PRELOAD: every fsync and fdatasync takes 2 ms longer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
int fdatasync(int fd){static int(*f)(int);if(!f)f=dlsym(RTLD_NEXT,"fdatasync");usleep(2000);return f(fd);}
int fsync(int fd){static int(*f)(int);if(!f)f=dlsym(RTLD_NEXT,"fsync");usleep(2000);return f(fd);}
