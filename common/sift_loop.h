/* SPDX-License-Identifier: MIT */
/* The loops of the kernels over the vectors of whoever includes this: vec of VEC_SIZE
 * bytes, vec_load, vec_all, vec_and, vec_or, vec_is, vec_sub, vec_bits (a bit for each
 * byte with its top bit set, VEC_BITS bits apart), vec_total, and where VEC_LOOKUP is
 * defined vec_table, vec_low, vec_high, vec_lookup. FN names the functions, TARGET is
 * their attribute. No guard: it is included once for each kind of vector. */
#include "sift_kernel.h"

#ifdef VEC_SIZE
enum { FN(STRIDE) = 4 * VEC_SIZE };

/* Where both bytes of the pair are, at each place of a vector. */
TARGET static inline vec FN(both)(const char *q, const size_t off[2], const vec value[2],
	const vec mask[2], bool masked)
{
	vec a = vec_load(q + off[0]), b = vec_load(q + off[1]);
	if (masked) {
		a = vec_and(a, mask[0]);
		b = vec_and(b, mask[1]);
	}
	return vec_and(vec_is(a, value[0]), vec_is(b, value[1]));
}

/* Four vectors at once while there is nothing in them. */
TARGET static inline const char *FN(pairs)(const struct sift_probe *p, const char *q,
	const char *end, size_t reach, bool masked)
{
	const vec value[] = {vec_all(p->value[0]), vec_all(p->value[1])};
	const vec mask[] = {vec_all(p->mask[0]), vec_all(p->mask[1])};
	const size_t off[] = {p->off[0], p->off[1]};
	for (; (size_t)(end - q) >= reach - 1 + FN(STRIDE); q += FN(STRIDE)) {
		const char *r = q + 2 * VEC_SIZE;
		vec one = vec_or(FN(both)(q, off, value, mask, masked),
			FN(both)(q + VEC_SIZE, off, value, mask, masked));
		vec two = vec_or(FN(both)(r, off, value, mask, masked),
			FN(both)(r + VEC_SIZE, off, value, mask, masked));
		if (vec_bits(vec_or(one, two)))
			break;
	}
	for (; (size_t)(end - q) >= reach - 1 + VEC_SIZE; q += VEC_SIZE) {
		uint64_t bits = vec_bits(FN(both)(q, off, value, mask, masked));
		if (bits)
			return q + (unsigned)__builtin_ctzll(bits) / VEC_BITS;
	}
	return q;
}

TARGET const char *FN(pair)(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	return p->mask[0] == 0xff && p->mask[1] == 0xff
		       ? FN(pairs)(p, q, end, reach, false)
		       : FN(pairs)(p, q, end, reach, true);
}

#ifdef VEC_LOOKUP
/* The buckets of the byte at each place. */
TARGET static inline vec FN(look)(vec bytes, vec lo, vec hi)
{
	return vec_and(vec_lookup(lo, vec_low(bytes)), vec_lookup(hi, vec_high(bytes)));
}

/* A probe of fewer than three bytes repeats its first set, where it stands. */
TARGET const char *FN(teddy)(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	const vec zero = vec_all(0);
	const unsigned b = p->width > 1 ? 1 : 0, c = p->width > 2 ? 2 : 0;
	const vec l0 = vec_table(p->lo[0]), l1 = vec_table(p->lo[b]),
		  l2 = vec_table(p->lo[c]);
	const vec h0 = vec_table(p->hi[0]), h1 = vec_table(p->hi[b]),
		  h2 = vec_table(p->hi[c]);
	for (; (size_t)(end - q) >= reach - 1 + VEC_SIZE; q += VEC_SIZE) {
		vec hit = FN(look)(vec_load(q), l0, h0);
		hit = vec_and(hit, FN(look)(vec_load(q + b), l1, h1));
		hit = vec_and(hit, FN(look)(vec_load(q + c), l2, h2));
		uint64_t bits = ~vec_bits(vec_is(hit, zero)) & VEC_FULL;
		if (bits)
			return q + (unsigned)__builtin_ctzll(bits) / VEC_BITS;
	}
	return q;
}

TARGET const char *FN(one)(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	const vec zero = vec_all(0);
	const unsigned b = p->width > 1 ? 1 : 0, c = p->width > 2 ? 2 : 0;
	const vec l0 = vec_table(p->lo[0]), l1 = vec_table(p->lo[b]),
		  l2 = vec_table(p->lo[c]);
	const vec h0 = vec_table(p->hi[0]), h1 = vec_table(p->hi[b]),
		  h2 = vec_table(p->hi[c]);
	for (; (size_t)(end - q) >= reach - 1 + VEC_SIZE; q += VEC_SIZE) {
		vec no = vec_is(FN(look)(vec_load(q), l0, h0), zero);
		no = vec_or(no, vec_is(FN(look)(vec_load(q + b), l1, h1), zero));
		no = vec_or(no, vec_is(FN(look)(vec_load(q + c), l2, h2), zero));
		uint64_t bits = ~vec_bits(no) & VEC_FULL;
		if (bits)
			return q + (unsigned)__builtin_ctzll(bits) / VEC_BITS;
	}
	return q;
}
#endif

/* Each byte of a vector counts to 255 before it is added up. What is left at the end is
 * the end of a vector that reaches back into what was counted. */
TARGET size_t FN(count)(const char **p, const char *end)
{
	const vec nl = vec_all('\n');
	size_t total = 0;
	bool any = (size_t)(end - *p) >= VEC_SIZE;
	while ((size_t)(end - *p) >= VEC_SIZE) {
		vec sum = vec_all(0);
		for (int i = 0; i < 255 && (size_t)(end - *p) >= VEC_SIZE; i++) {
			sum = vec_sub(sum, vec_is(vec_load(*p), nl));
			*p += VEC_SIZE;
		}
		total += vec_total(sum);
	}
	if (any && *p < end) {
		uint64_t bits = vec_bits(vec_is(vec_load(end - VEC_SIZE), nl));
		bits >>= (VEC_SIZE - (size_t)(end - *p)) * VEC_BITS;
		total += (size_t)__builtin_popcountll(bits) / VEC_BITS;
		*p = end;
	}
	return total;
}
#endif
