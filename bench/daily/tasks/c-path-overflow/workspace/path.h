#ifndef PATH_H
#define PATH_H

#include <stddef.h>

/* Writes "folder/name" to out, which has room for size bytes with the final zero. There is one
   slash between them, whether folder ends in one or not; an empty folder gives just name.
   Returns 0, or -1 when it does not fit; then out is the empty text (if size is not 0). */
int path_join(char *out, size_t size, const char *folder, const char *name);

/* Writes the last part of path, without its extension (what follows the last dot, unless the dot
   is the first character). Same rules for out, size and the result. */
int path_stem(char *out, size_t size, const char *path);

#endif
