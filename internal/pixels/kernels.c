#include "kernels.h"

#include <string.h>
#if defined(__SSE2__) && !defined(__clang__)
#include <immintrin.h>
#endif

// Each function is compiled twice where the compiler can, and the better one for the processor is chosen at the start.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif
#define INLINE static inline __attribute__((always_inline))

typedef uint8_t byte16 __attribute__((vector_size(16)));

INLINE int clip(int v) { return v < 0 ? 0 : v > 255 ? 255 : v; }

// The constants of Loeffler, Ligtenberg and Moschytz' transform, times 2^13, and one pass over eight columns.
enum { CONST_BITS = 13, PASS1_BITS = 2 };

// Numbers are unsigned, for those of damaged files may overflow.
INLINE void dct_pass(const uint32_t *restrict in, uint32_t *restrict out, uint32_t add, int shift) {
#define DOWN(v) (uint32_t)((int32_t)(v) >> shift)
	for (int i = 0; i < 8; i++) {
		uint32_t c0 = in[i], c1 = in[8 + i], c2 = in[16 + i], c3 = in[24 + i];
		uint32_t c4 = in[32 + i], c5 = in[40 + i], c6 = in[48 + i], c7 = in[56 + i];
		uint32_t z = (c2 + c6) * 4433u;
		uint32_t t2 = z - c6 * 15137u, t3 = z + c2 * 6270u;
		uint32_t t0 = (c0 + c4) << CONST_BITS, t1 = (c0 - c4) << CONST_BITS;
		uint32_t e0 = t0 + t3 + add, e1 = t1 + t2 + add, e2 = t1 - t2 + add, e3 = t0 - t3 + add;
		uint32_t z5 = (c7 + c3 + c5 + c1) * 9633u;
		uint32_t z1 = (c7 + c1) * 7373u, z2 = (c5 + c3) * 20995u;
		uint32_t z3 = z5 - (c7 + c3) * 16069u, z4 = z5 - (c5 + c1) * 3196u;
		uint32_t o0 = c7 * 2446u - z1 + z3, o1 = c5 * 16819u - z2 + z4;
		uint32_t o2 = c3 * 25172u - z2 + z3, o3 = c1 * 12299u - z1 + z4;
		out[i] = DOWN(e0 + o3), out[56 + i] = DOWN(e0 - o3);
		out[8 + i] = DOWN(e1 + o2), out[48 + i] = DOWN(e1 - o2);
		out[16 + i] = DOWN(e2 + o1), out[40 + i] = DOWN(e2 - o1);
		out[24 + i] = DOWN(e3 + o0), out[32 + i] = DOWN(e3 - o0);
	}
#undef DOWN
}

INLINE void transpose(const uint32_t *restrict in, uint32_t *restrict out) {
	for (int y = 0; y < 8; y++)
		for (int x = 0; x < 8; x++) out[8 * x + y] = in[8 * y + x];
}

// only_first reports whether all coefficients but the first are 0.
INLINE int only_first(const int16_t *b) {
	uint64_t v[16], first = 0;
	memcpy(v, b, sizeof v);
	memcpy(&first, b, sizeof *b);
	uint64_t any = v[0] ^ first;
	for (int i = 1; i < 16; i++) any |= v[i];
	return any == 0;
}

WIDE void mt_inverse_dct(const int16_t *blocks, const int32_t *quant, int64_t n, uint8_t *out, int64_t stride) {
	for (int64_t b = 0; b < n; b++, blocks += 64, out += 8) {
		if (only_first(blocks)) {
			int v = clip(((int32_t)(((uint32_t)blocks[0] * (uint32_t)quant[0] << PASS1_BITS) + 16) >> (PASS1_BITS + 3)) + 128);
			for (int y = 0; y < 8; y++) memset(out + y * stride, v, 8);
			continue;
		}
		uint32_t a[64] __attribute__((aligned(32))), c[64] __attribute__((aligned(32)));
		for (int i = 0; i < 64; i++) a[i] = (uint32_t)blocks[i] * (uint32_t)quant[i];
		dct_pass(a, c, 1 << (CONST_BITS - PASS1_BITS - 1), CONST_BITS - PASS1_BITS);
		transpose(c, a);
		enum { SHIFT = CONST_BITS + PASS1_BITS + 3 };
		dct_pass(a, c, (1 << (SHIFT - 1)) + (128 << SHIFT), SHIFT);
		transpose(c, a);
		for (int y = 0; y < 8; y++) {
			uint8_t *o = out + y * stride;
			for (int x = 0; x < 8; x++) o[x] = clip((int32_t)a[8 * y + x]);
		}
	}
}

// smooth makes a row of twice the width, from one row or from the nearer and the farther one. sums has n + 2 places.
INLINE void smooth(const uint8_t *restrict near, const uint8_t *restrict far, int64_t n, uint8_t *restrict out,
                   int16_t *restrict sums) {
	int16_t *s = sums + 1;
	if (far)
		for (int64_t i = 0; i < n; i++) s[i] = 3 * near[i] + far[i];
	else
		for (int64_t i = 0; i < n; i++) s[i] = near[i];
	s[-1] = s[0], s[n] = s[n - 1];
	if (far)
		for (int64_t i = 0; i < n; i++) {
			out[2 * i] = (uint16_t)(3 * s[i] + s[i - 1] + 8) >> 4;
			out[2 * i + 1] = (uint16_t)(3 * s[i] + s[i + 1] + 7) >> 4;
		}
	else
		for (int64_t i = 0; i < n; i++) {
			out[2 * i] = (uint16_t)(3 * s[i] + s[i - 1] + 1) >> 2;
			out[2 * i + 1] = (uint16_t)(3 * s[i] + s[i + 1] + 2) >> 2;
		}
}

INLINE void interleave(const uint8_t *restrict r, const uint8_t *restrict g, const uint8_t *restrict b, int64_t n,
                       uint8_t *restrict out) {
	int64_t i = 0;
#if defined(__GNUC__) && !defined(__clang__)
	const byte16 rg0 = {0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5};
	const byte16 b0 = {0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15};
	const byte16 rg1 = {21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26};
	const byte16 b1 = {0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15};
	const byte16 rg2 = {0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0};
	const byte16 b2 = {26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31};
	for (; i + 16 <= n; i += 16) {
		byte16 vr, vg, vb, o[3];
		memcpy(&vr, r + i, 16), memcpy(&vg, g + i, 16), memcpy(&vb, b + i, 16);
		o[0] = __builtin_shuffle(__builtin_shuffle(vr, vg, rg0), vb, b0);
		o[1] = __builtin_shuffle(__builtin_shuffle(vr, vg, rg1), vb, b1);
		o[2] = __builtin_shuffle(__builtin_shuffle(vr, vg, rg2), vb, b2);
		memcpy(out + 3 * i, o, 48);
	}
#endif
	for (; i < n; i++) out[3 * i] = r[i], out[3 * i + 1] = g[i], out[3 * i + 2] = b[i];
}

INLINE void colours(const uint8_t *restrict luma, const uint8_t *restrict cb, const uint8_t *restrict cr, int64_t n,
                    uint8_t *restrict r, uint8_t *restrict g, uint8_t *restrict b) {
	for (int64_t x = 0; x < n; x++) {
		int32_t l = luma[x], u = cb[x] - 128, v = cr[x] - 128;
		r[x] = clip(l + ((91881 * v + 32768) >> 16));
		g[x] = clip(l + ((-22554 * u - 46802 * v + 32768) >> 16));
		b[x] = clip(l + ((116130 * u + 32768) >> 16));
	}
}

WIDE void mt_ycc_to_rgb(const uint8_t *luma, int64_t stride, const uint8_t *cb, const uint8_t *cr, int64_t half_stride,
                        int64_t half_w, int64_t half_h, int64_t h_times, int64_t v_times, int64_t w, int64_t from, int64_t to,
                        uint8_t *out, uint8_t *scratch) {
	int64_t room = (w + 127) / 64 * 64;
	uint8_t *u = scratch, *v = u + room, *r = v + room, *g = r + room, *b = g + room;
	int16_t *sums = (int16_t *)(b + room);
	luma += from * stride, out += from * 3 * w;
	for (int64_t y = from; y < to; y++, luma += stride, out += 3 * w) {
		const uint8_t *near_u = cb + y / v_times * half_stride, *near_v = cr + y / v_times * half_stride;
		const uint8_t *row_u = near_u, *row_v = near_v;
		if (h_times == 2) {
			const uint8_t *far_u = 0, *far_v = 0;
			if (v_times == 2) {
				int64_t far = y / 2 - 1 + 2 * (y % 2);
				far = far < 0 ? 0 : far >= half_h ? half_h - 1 : far;
				far_u = cb + far * half_stride, far_v = cr + far * half_stride;
			}
			smooth(near_u, far_u, half_w, u, sums);
			smooth(near_v, far_v, half_w, v, sums);
			row_u = u, row_v = v;
		}
		colours(luma, row_u, row_v, w, r, g, b);
		interleave(r, g, b, w, out);
	}
}

INLINE int apart(int a, int b) { return a < b ? b - a : a - b; }

// paeth is which of the bytes to the left, above and both is nearest to left + above - both.
INLINE int paeth(int left, int above, int both) {
	int l = apart(above, both), a = apart(left, both), b = apart(left + above, 2 * both);
	int nearer = a <= b ? above : both;
	return l <= a && l <= b ? left : nearer;
}

#if defined(__SSE2__) && !defined(__clang__)
// paeth_pixel is paeth for all channels of a pixel, which are 16 bits each: see there.
INLINE __m128i paeth_pixel(__m128i left, __m128i above, __m128i both) {
	const __m128i zero = _mm_setzero_si128();
	__m128i l = _mm_sub_epi16(above, both), a = _mm_sub_epi16(left, both), b = _mm_add_epi16(l, a);
	l = _mm_max_epi16(l, _mm_sub_epi16(zero, l));
	a = _mm_max_epi16(a, _mm_sub_epi16(zero, a));
	b = _mm_max_epi16(b, _mm_sub_epi16(zero, b));
	__m128i least = _mm_min_epi16(b, _mm_min_epi16(l, a));
	__m128i is_left = _mm_cmpeq_epi16(least, l), is_above = _mm_cmpeq_epi16(least, a);
	__m128i nearer = _mm_or_si128(_mm_and_si128(is_above, above), _mm_andnot_si128(is_above, both));
	return _mm_or_si128(_mm_and_si128(is_left, left), _mm_andnot_si128(is_left, nearer));
}

// paeth_line is filter 4 for pixels of 3 or 4 bytes, of which 4 are read and written where the line has them. It returns where
// the scalar loop goes on, which left and both are for.
INLINE int64_t paeth_line(const uint8_t *in, int64_t n, int c, const uint8_t *above, uint8_t *out, int *left, int *both) {
	const __m128i zero = _mm_setzero_si128(), byte = _mm_set1_epi16(255);
	__m128i l = zero, b = zero;
	int64_t x = 0;
	for (; x + 4 <= n; x += c) {
		int32_t v, u;
		memcpy(&v, in + x, 4), memcpy(&u, above + x, 4);
		__m128i up = _mm_unpacklo_epi8(_mm_cvtsi32_si128(u), zero);
		l = _mm_and_si128(_mm_add_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(v), zero), paeth_pixel(l, up, b)), byte);
		b = up;
		v = _mm_cvtsi128_si32(_mm_packus_epi16(l, l));
		memcpy(out + x, &v, 4);
	}
	for (int i = 0; i < c && x > 0; i++) left[i] = out[x - c + i], both[i] = above[x - c + i];
	return x;
}
#endif

// unfilter is one line of PNG, for a number of channels that the compiler knows. What is left of the first pixel is 0.
INLINE int unfilter(int filter, const uint8_t *restrict in, int64_t n, int c, const uint8_t *restrict above, uint8_t *restrict out) {
	int left[4] = {0}, both[4] = {0};
	switch (filter) {
	case 0: memcpy(out, in, n); return 1;
	case 1:
		for (int64_t x = 0; x < n; x += c)
			for (int i = 0; i < c; i++) out[x + i] = left[i] = (uint8_t)(in[x + i] + left[i]);
		return 1;
	case 2:
		for (int64_t x = 0; x < n; x++) out[x] = in[x] + above[x];
		return 1;
	case 3:
		for (int64_t x = 0; x < n; x += c)
			for (int i = 0; i < c; i++) out[x + i] = left[i] = (uint8_t)(in[x + i] + (left[i] + above[x + i]) / 2);
		return 1;
	case 4:;
		int64_t first = 0;
#if defined(__SSE2__) && !defined(__clang__)
		if (c >= 3) first = paeth_line(in, n, c, above, out, left, both);
#endif
		for (int64_t x = first; x < n; x += c)
			for (int i = 0; i < c; i++) {
				int up = above[x + i];
				out[x + i] = left[i] = (uint8_t)(in[x + i] + paeth(left[i], up, both[i]));
				both[i] = up;
			}
		return 1;
	}
	return 0;
}

WIDE int mt_unfilter(const uint8_t *lines, int64_t n, int64_t channels, int64_t from, int64_t to, const uint8_t *above, uint8_t *out) {
	if (from > 0) above = out + (from - 1) * n;
	lines += from * (n + 1), out += from * n;
	int good = 1;
	for (int64_t y = from; y < to; y++, lines += n + 1, above = out, out += n) switch (channels) {
		case 1: good &= unfilter(*lines, lines + 1, n, 1, above, out); break;
		case 2: good &= unfilter(*lines, lines + 1, n, 2, above, out); break;
		case 3: good &= unfilter(*lines, lines + 1, n, 3, above, out); break;
		default: good &= unfilter(*lines, lines + 1, n, 4, above, out);
		}
	return good;
}

enum { PRECISION = 22, HALF = 1 << (PRECISION - 1) };

#if defined(__SSE2__) && !defined(__clang__)
#define PAIRS
// Products of 16 bits, two pixels at once: a weight is its upper part times 2^15 and its lower 15 bits. Sums are modulo 2^32,
// and so exact in the end.
INLINE void pack(const int32_t *weights, int64_t n, int32_t *lower, int32_t *upper) {
	for (int64_t i = 0; i < n; i += 2) {
		int32_t a = weights[i], b = i + 1 < n ? weights[i + 1] : 0;
		lower[i / 2] = (a & 0x7fff) | (int32_t)((uint32_t)(b & 0x7fff) << 16);
		upper[i / 2] = ((a >> 15) & 0xffff) | (int32_t)((uint32_t)(b >> 15) << 16);
	}
}

// The bytes of two pixels as pairs of 16 bits: red and red, green and green.
#define THREE 0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1
#define FOUR 0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1

INLINE void dot(const uint8_t *p, int channels, const int32_t *lower, const int32_t *upper, int64_t pairs, uint8_t *out) {
	const byte16 three = {0, 16, 3, 16, 1, 16, 4, 16, 2, 16, 5, 16, 16, 16, 16, 16};
	const byte16 four = {0, 16, 4, 16, 1, 16, 5, 16, 2, 16, 6, 16, 3, 16, 7, 16};
	__m128i low = _mm_set1_epi32(HALF), high = _mm_setzero_si128();
	for (int64_t i = 0; i < pairs; i++, p += 2 * channels) {
		byte16 two = (byte16)_mm_loadl_epi64((const __m128i *)p), zero = {0};
		__m128i v = (__m128i)__builtin_shuffle(two, zero, channels == 3 ? three : four);
		low = _mm_add_epi32(low, _mm_madd_epi16(v, _mm_set1_epi32(lower[i])));
		high = _mm_add_epi32(high, _mm_madd_epi16(v, _mm_set1_epi32(upper[i])));
	}
	low = _mm_srai_epi32(_mm_add_epi32(low, _mm_slli_epi32(high, 15)), PRECISION);
	low = _mm_packs_epi32(low, low);
	int32_t v = _mm_cvtsi128_si32(_mm_packus_epi16(low, low));
	memcpy(out, &v, channels);
}
#endif

void mt_pack(const int32_t *count, const int32_t *weights, int64_t n, int64_t size, int32_t *packed) {
#ifdef PAIRS
	int64_t half = (size + 1) / 2;
	int32_t *lower = packed, *upper = packed + n * half;
	for (int64_t x = 0; x < n; x++) pack(weights + x * size, count[x], lower + x * half, upper + x * half);
#endif
}

#if defined(PAIRS) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define TWO_ROWS
// dot for pixels of two rows at once.
__attribute__((target("avx2"))) static void two_rows(const uint8_t *a, const uint8_t *b, int channels, uint8_t *out_a, uint8_t *out_b,
                                                     const int32_t *first, const int32_t *count, const int32_t *packed, int64_t n,
                                                     int64_t size) {
	int64_t half = (size + 1) / 2;
	const int32_t *lower = packed, *upper = packed + n * half;
	const __m256i places = channels == 3 ? _mm256_setr_epi8(THREE, THREE) : _mm256_setr_epi8(FOUR, FOUR);
	for (int64_t x = 0; x < n; x++, lower += half, upper += half, out_a += channels, out_b += channels) {
		const uint8_t *p = a + first[x] * channels, *q = b + first[x] * channels;
		__m256i low = _mm256_set1_epi32(HALF), high = _mm256_setzero_si256();
		for (int64_t i = 0; i < (count[x] + 1) / 2; i++, p += 2 * channels, q += 2 * channels) {
			__m256i v = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadl_epi64((const __m128i *)p)),
			                                    _mm_loadl_epi64((const __m128i *)q), 1);
			v = _mm256_shuffle_epi8(v, places);
			low = _mm256_add_epi32(low, _mm256_madd_epi16(v, _mm256_set1_epi32(lower[i])));
			high = _mm256_add_epi32(high, _mm256_madd_epi16(v, _mm256_set1_epi32(upper[i])));
		}
		low = _mm256_srai_epi32(_mm256_add_epi32(low, _mm256_slli_epi32(high, 15)), PRECISION);
		low = _mm256_packs_epi32(low, low);
		low = _mm256_packus_epi16(low, low);
		int32_t u = _mm_cvtsi128_si32(_mm256_castsi256_si128(low)), v = _mm_cvtsi128_si32(_mm256_extracti128_si256(low, 1));
		memcpy(out_a, &u, channels), memcpy(out_b, &v, channels);
	}
}
#endif

WIDE void mt_resize_rows(const uint8_t *in, const uint8_t *last, int64_t stride, int64_t rows, int64_t from, int64_t to,
                         int64_t channels, uint8_t *out, const int32_t *first, const int32_t *count, const int32_t *weights,
                         const int32_t *packed, int64_t n, int64_t size) {
	out += from * n * channels;
	for (int64_t y = from; y < to; y++) {
		const uint8_t *row = y == rows - 1 ? last : in + y * stride;
#ifdef TWO_ROWS
		if (channels >= 3 && y + 1 < to && __builtin_cpu_supports("avx2")) {
			const uint8_t *next = y + 1 == rows - 1 ? last : row + stride;
			two_rows(row, next, (int)channels, out, out + n * channels, first, count, packed, n, size);
			y++, out += 2 * n * channels;
			continue;
		}
#endif
#ifdef PAIRS
		int64_t half = (size + 1) / 2;
		const int32_t *lower = packed, *upper = packed + n * half;
		if (channels == 3) {
			for (int64_t x = 0; x < n; x++, out += 3)
				dot(row + 3 * first[x], 3, lower + x * half, upper + x * half, (count[x] + 1) / 2, out);
			continue;
		}
		if (channels == 4) {
			for (int64_t x = 0; x < n; x++, out += 4)
				dot(row + 4 * first[x], 4, lower + x * half, upper + x * half, (count[x] + 1) / 2, out);
			continue;
		}
#endif
		for (int64_t x = 0; x < n; x++, out += channels) {
			const uint8_t *p = row + first[x] * channels;
			const int32_t *k = weights + x * size;
			for (int64_t c = 0; c < channels; c++) {
				int32_t sum = HALF;
				for (int64_t i = 0; i < count[x]; i++) sum += p[i * channels + c] * k[i];
				out[c] = clip(sum >> PRECISION);
			}
		}
	}
}

WIDE void mt_resize_columns(const uint8_t *in, int64_t width, uint8_t *out, const int32_t *first, const int32_t *count,
                            const int32_t *weights, int64_t from, int64_t to, int64_t size) {
	enum { BLOCK = 32 };
	out += from * width;
	for (int64_t y = from; y < to; y++, out += width) {
		const uint8_t *from = in + first[y] * width;
		const int32_t *k = weights + y * size;
		int64_t x = 0;
		for (; x + BLOCK <= width; x += BLOCK) {
			int32_t sum[BLOCK];
			for (int i = 0; i < BLOCK; i++) sum[i] = HALF;
			for (int64_t t = 0; t < count[y]; t++) {
				const uint8_t *p = from + t * width + x;
				for (int i = 0; i < BLOCK; i++) sum[i] += p[i] * k[t];
			}
			for (int i = 0; i < BLOCK; i++) out[x + i] = clip(sum[i] >> PRECISION);
		}
		for (; x < width; x++) {
			int32_t sum = HALF;
			for (int64_t t = 0; t < count[y]; t++) sum += from[t * width + x] * k[t];
			out[x] = clip(sum >> PRECISION);
		}
	}
}
