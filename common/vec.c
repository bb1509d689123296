/* SPDX-License-Identifier: MIT */
#include "vec.h"

#include "mem.h"

void vec_give(struct vec *v, char *s)
{
	if (v->n + 1 >= v->cap) {
		v->cap = v->cap ? v->cap * 2 : 8;
		v->v = xrealloc_n(v->v, v->cap, sizeof(*v->v));
	}
	v->v[v->n++] = s;
	v->v[v->n] = NULL;
}

void vec_add(struct vec *v, const char *s)
{
	vec_give(v, xstrdup(s));
}

void vec_release(struct vec *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->v[i]);
	free(v->v);
	*v = (struct vec){0};
}
