/* SPDX-License-Identifier: MIT */
/* The kernels over 32 bytes: AVX2, where the processor says that it has it. */
#include "sift_kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

#define TARGET __attribute__((target("avx2")))
#define FN(name) sift_wide_##name
#define VEC_SIZE 32
#define VEC_BITS 1
#define VEC_FULL UINT64_C(0xffffffff)
#define VEC_LOOKUP
typedef __m256i vec;

TARGET static inline vec vec_load(const char *p)
{
	return _mm256_loadu_si256((const void *)p);
}

TARGET static inline vec vec_all(unsigned char c)
{
	return _mm256_set1_epi8((char)c);
}

TARGET static inline vec vec_and(vec a, vec b)
{
	return _mm256_and_si256(a, b);
}

TARGET static inline vec vec_or(vec a, vec b)
{
	return _mm256_or_si256(a, b);
}

TARGET static inline vec vec_is(vec a, vec b)
{
	return _mm256_cmpeq_epi8(a, b);
}

TARGET static inline vec vec_sub(vec a, vec b)
{
	return _mm256_sub_epi8(a, b);
}

TARGET static inline uint64_t vec_bits(vec a)
{
	return (unsigned)_mm256_movemask_epi8(a);
}

TARGET static inline size_t vec_total(vec a)
{
	vec s = _mm256_sad_epu8(a, _mm256_setzero_si256());
	return (size_t)_mm256_extract_epi64(s, 0) + (size_t)_mm256_extract_epi64(s, 1) +
	       (size_t)_mm256_extract_epi64(s, 2) + (size_t)_mm256_extract_epi64(s, 3);
}

TARGET static inline vec vec_table(const unsigned char *p)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)p));
}

TARGET static inline vec vec_low(vec a)
{
	return _mm256_and_si256(a, _mm256_set1_epi8(15));
}

TARGET static inline vec vec_high(vec a)
{
	return vec_low(_mm256_srli_epi16(a, 4));
}

TARGET static inline vec vec_lookup(vec table, vec at)
{
	return _mm256_shuffle_epi8(table, at);
}

#include "sift_loop.h"

/* What the C library found out when the program was loaded costs nothing to ask: each
 * cpuid instruction traps in a virtual machine. */
bool sift_has_wide(void)
{
#ifdef CPU_FEATURE_ACTIVE
	return CPU_FEATURE_ACTIVE(AVX2);
#else
	return __builtin_cpu_supports("avx2");
#endif
}

#else

const char *sift_wide_pair(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	return sift_base_pair(p, q, end, reach);
}

const char *sift_wide_one(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	return sift_base_one(p, q, end, reach);
}

const char *sift_wide_teddy(
	const struct sift_probe *p, const char *q, const char *end, size_t reach)
{
	return sift_base_teddy(p, q, end, reach);
}

size_t sift_wide_count(const char **p, const char *end)
{
	return sift_base_count(p, end);
}

bool sift_has_wide(void)
{
	return false;
}
#endif
