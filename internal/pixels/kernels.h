// The loops over pixels that decide how fast pictures are read and scaled, for the compiler to vectorise. They compute with
// integers only, so that every processor gives the same pixels. Go checks all lengths before it calls them.
#ifndef MULTITORCH_PIXELS_H
#define MULTITORCH_PIXELS_H

#include <stdint.h>

// mt_inverse_dct turns n neighbouring blocks of coefficients, in natural order, into samples, as libjpeg's jidctint.c.
void mt_inverse_dct(const int16_t *blocks, const int32_t *quant, int64_t n, uint8_t *out, int64_t stride);

// mt_ycc_to_rgb makes RGB of luma and of two differences of colour that have a half (2) or all (1) of the width and height,
// with libjpeg's triangle filter: the rows from one to another. scratch has room for 9 rows of w + 64 bytes, rounded up to a
// multiple of 64.
void mt_ycc_to_rgb(const uint8_t *luma, int64_t stride, const uint8_t *cb, const uint8_t *cr, int64_t half_stride, int64_t half_w,
                   int64_t half_h, int64_t h_times, int64_t v_times, int64_t w, int64_t from, int64_t to, uint8_t *out,
                   uint8_t *scratch);

// mt_unfilter undoes PNG's filters of the lines from one to another, each a byte for its filter and n of pixels with so many
// channels. above is the line over the first. It is 0 where there is no such filter.
int mt_unfilter(const uint8_t *lines, int64_t n, int64_t channels, int64_t from, int64_t to, const uint8_t *above, uint8_t *out);

// Of the scales below each of n pixels is made of count[i] weights, at weights + i * size, of the pixels from first[i] on.

// mt_pack makes of weights what mt_resize_rows computes with: n * (size + 1) numbers.
void mt_pack(const int32_t *count, const int32_t *weights, int64_t n, int64_t size, int32_t *packed);

// mt_resize_rows scales rows of 1 to 4 channels along themselves: those from one to another. last is the last of all rows,
// with 16 bytes more behind it, and rows are at least as long or have these behind them too.
void mt_resize_rows(const uint8_t *in, const uint8_t *last, int64_t stride, int64_t rows, int64_t from, int64_t to,
                    int64_t channels, uint8_t *out, const int32_t *first, const int32_t *count, const int32_t *weights,
                    const int32_t *packed, int64_t n, int64_t size);

// mt_resize_columns scales columns: rows of width bytes, of which it makes those from one to another.
void mt_resize_columns(const uint8_t *in, int64_t width, uint8_t *out, const int32_t *first, const int32_t *count,
                       const int32_t *weights, int64_t from, int64_t to, int64_t size);

#endif
