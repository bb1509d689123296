/* SPDX-License-Identifier: MIT */
/* An owned, NULL-terminated array of strings, as argv is. A vec starts as all zero; its
 * owner calls vec_release(), which frees the strings too. May include: mem. */
#ifndef VEC_H
#define VEC_H

struct vec {
	char **v; /* NULL while n is 0 and nothing was ever added */
	size_t n;
	size_t cap;
};

/* Appends a copy of s. */
void vec_add(struct vec *v, const char *s);

/* Appends s itself, which the vec frees from now on. */
void vec_give(struct vec *v, char *s);

void vec_release(struct vec *v);

#endif
