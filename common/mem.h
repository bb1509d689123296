/* SPDX-License-Identifier: MIT */
/* Memory that is there or the program ends; sizes that cannot overflow; scope cleanup.
 * The caller owns what is returned and frees it with free(). May include: diag. */
#ifndef MEM_H
#define MEM_H

/* n bytes, not cleared; n may be 0. Returns memory, never NULL. */
void *xmalloc(size_t n) NODISCARD;

/* n elements of size bytes, cleared. Returns memory, never NULL. */
void *xcalloc(size_t n, size_t size) NODISCARD;

/* Grows or shrinks p (may be NULL) to n elements of size bytes. Returns it, never NULL.
 */
void *xrealloc_n(void *p, size_t n, size_t size) NODISCARD;

/* A copy of the string. Returns memory, never NULL. */
char *xstrdup(const char *s) NODISCARD;

/* A NUL-terminated copy of the first n bytes at p. Returns memory, never NULL. */
char *xmemdup0(const void *p, size_t n) NODISCARD;

/* printf into new memory. Returns it, never NULL. */
char *xasprintf(const char *fmt, ...) PRINTF(1, 2) NODISCARD;

/* For CLEANUP(): frees the pointer, closes the descriptor if it is not -1. */
void mem_freep(void *pp);
void mem_closep(int *fd);

/* Takes the descriptor out of *fd and leaves -1 there. Returns it. */
static inline int steal_fd(int *fd)
{
	int old = *fd;
	*fd = -1;
	return old;
}

#endif
