package columns

import (
	"multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/torch"
)

// inputs are rows as tensors.
func (s *Schema) inputs(rows [][]cell) multimodal.Inputs {
	names := s.Modalities()
	in := multimodal.Inputs{Of: map[string]multimodal.Input{}}
	there := make([]bool, len(rows)*len(names))
	at := map[string]int{}
	for k, name := range names {
		at[name] = k
	}
	for i, c := range s.Columns {
		name := s.modality(i)
		for n, row := range rows {
			if row[i].present {
				there[n*len(names)+at[name]] = true
			}
		}
		switch c.Kind {
		case table.Image:
			in.Of[name] = multimodal.Input{Data: images(rows, i, s.ImageSize)}
		case table.Text:
			in.Of[name] = padded(rows, i, func(c cell) []int64 { return c.words })
		case table.Audio:
			in.Of[name] = padded(rows, i, func(c cell) []float32 { return c.sound })
		}
	}
	if _, ok := at[fields]; ok {
		in.Of[fields] = multimodal.Input{Data: s.fields(rows)}
	}
	in.Present = torch.FromSlice(there, len(rows), len(names))
	return in
}

// images are [N, 3, size, size], from -1 to 1.
func images(rows [][]cell, column, size int) *torch.Tensor {
	n := 3 * size * size
	bytes := make([]uint8, len(rows)*n)
	for k, row := range rows {
		copy(bytes[k*n:], row[column].pixels)
	}
	raw := torch.FromSlice(bytes, len(rows), 3, size, size)
	defer raw.Free()
	return multimodal.Pixels(raw)
}

// padded are rows of different lengths, filled up with zeros: [N, longest].
func padded[T int64 | float32](rows [][]cell, column int, of func(cell) []T) multimodal.Input {
	longest := 1
	lengths := make([]int64, len(rows))
	for k, row := range rows {
		lengths[k] = int64(len(of(row[column])))
		longest = max(longest, int(lengths[k]))
	}
	flat := make([]T, len(rows)*longest)
	for k, row := range rows {
		copy(flat[k*longest:], of(row[column]))
	}
	return multimodal.Input{Data: torch.FromSlice(flat, len(rows), longest), Lengths: torch.FromSlice(lengths)}
}

// fields are the numbers and categories of each row, side by side: [N, width].
func (s *Schema) fields(rows [][]cell) *torch.Tensor {
	var flat []float32
	for _, row := range rows {
		for i, c := range s.Columns {
			if c.Kind == table.Number || c.Kind == table.Category {
				flat = append(flat, row[i].fields...)
			}
		}
	}
	return torch.FromSlice(flat, len(rows), s.width())
}
