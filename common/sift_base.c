/* SPDX-License-Identifier: MIT */
/* The kernels over 16 bytes: SSE2 or NEON. */
#include "sift_kernel.h"

#define TARGET
#define FN(name) sift_base_##name
#define VEC_SIZE 16

#if defined(__SSE2__)
#include <emmintrin.h>
typedef __m128i vec;
#define VEC_BITS 1
#define VEC_FULL UINT64_C(0xffff)

static inline vec vec_load(const char *p)
{
	return _mm_loadu_si128((const void *)p);
}

static inline vec vec_all(unsigned char c)
{
	return _mm_set1_epi8((char)c);
}

static inline vec vec_and(vec a, vec b)
{
	return _mm_and_si128(a, b);
}

static inline vec vec_or(vec a, vec b)
{
	return _mm_or_si128(a, b);
}

static inline vec vec_is(vec a, vec b)
{
	return _mm_cmpeq_epi8(a, b);
}

static inline vec vec_sub(vec a, vec b)
{
	return _mm_sub_epi8(a, b);
}

static inline uint64_t vec_bits(vec a)
{
	return (unsigned)_mm_movemask_epi8(a);
}

static inline size_t vec_total(vec a)
{
	vec s = _mm_sad_epu8(a, _mm_setzero_si128());
	return (size_t)_mm_cvtsi128_si64(s) +
	       (size_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(s, s));
}

#elif defined(__aarch64__)
#include <arm_neon.h>
typedef uint8x16_t vec;
#define VEC_BITS 4
#define VEC_FULL UINT64_MAX
#define VEC_LOOKUP

static inline vec vec_load(const char *p)
{
	return vld1q_u8((const uint8_t *)p);
}

static inline vec vec_all(unsigned char c)
{
	return vdupq_n_u8(c);
}

static inline vec vec_and(vec a, vec b)
{
	return vandq_u8(a, b);
}

static inline vec vec_or(vec a, vec b)
{
	return vorrq_u8(a, b);
}

static inline vec vec_is(vec a, vec b)
{
	return vceqq_u8(a, b);
}

static inline vec vec_sub(vec a, vec b)
{
	return vsubq_u8(a, b);
}

static inline uint64_t vec_bits(vec a)
{
	uint8x8_t half = vshrn_n_u16(vreinterpretq_u16_u8(a), 4);
	return vget_lane_u64(vreinterpret_u64_u8(half), 0);
}

static inline size_t vec_total(vec a)
{
	return vaddlvq_u8(a);
}

static inline vec vec_table(const unsigned char *p)
{
	return vld1q_u8(p);
}

static inline vec vec_low(vec a)
{
	return vandq_u8(a, vdupq_n_u8(15));
}

static inline vec vec_high(vec a)
{
	return vshrq_n_u8(a, 4);
}

static inline vec vec_lookup(vec table, vec at)
{
	return vqtbl1q_u8(table, at);
}
#endif

#ifdef VEC_BITS
#include "sift_loop.h"

bool sift_has_base(void)
{
	return true;
}
#else
const char *sift_base_pair(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	(void)p;
	(void)end;
	(void)reach;
	return q;
}

size_t sift_base_count(const char **p, const char *end)
{
	(void)p;
	(void)end;
	return 0;
}

bool sift_has_base(void)
{
	return false;
}
#endif

bool sift_has_lookup(void)
{
#ifdef VEC_LOOKUP
	return true;
#else
	return false;
#endif
}

#ifndef VEC_LOOKUP
/* SSE2 has no lookup: the windows are looked for byte by byte. */
const char *sift_base_teddy(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	(void)p;
	(void)end;
	(void)reach;
	return q;
}

const char *sift_base_one(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	return sift_base_teddy(p, q, end, reach);
}
#endif
