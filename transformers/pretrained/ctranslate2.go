package pretrained

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"

	"multitorch/internal/ctranslate2"
	"multitorch/internal/dtype"
	"multitorch/internal/regular"
	"multitorch/torch"
)

// ct2 is an open model of CTranslate2. What of it was asked for is noted, so that nothing of it is left out unseen.
type ct2 struct {
	*ctranslate2.File
	file  *os.File
	taken map[string]bool
}

func openCT2(path string) (*ct2, error) {
	file, size, err := regular.Open(path, "a model of CTranslate2")
	if err != nil {
		return nil, err
	}
	f, err := ctranslate2.Read(file, size)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &ct2{File: f, file: file, taken: map[string]bool{}}, nil
}

func (m *ct2) close() { m.file.Close() }

// has reports whether there is such a variable.
func (m *ct2) has(name string) bool {
	_, ok := m.Lookup(name)
	return ok
}

// bytes are a variable's elements.
func (m *ct2) bytes(name string) (ctranslate2.Variable, []byte, error) {
	v, ok := m.Lookup(name)
	if !ok {
		return v, nil, fmt.Errorf("there is no variable %q in it", name)
	}
	m.taken[v.Name] = true
	b := make([]byte, v.Bytes)
	_, err := m.file.ReadAt(b, v.Begin)
	return v, b, err
}

// tensor is a variable. Floating-point ones come as they are; integers, which are weights times a scale for each row
// (8 bits) or for all of them (16 bits), as Float32.
func (m *ct2) tensor(name string, shape ...int) (*torch.Tensor, error) {
	v, b, err := m.bytes(name)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(v.Shape, shape) {
		return nil, fmt.Errorf("%q has the shape %v: expected %v", name, v.Shape, shape)
	}
	switch v.DType {
	case dtype.Float32, dtype.Float16, dtype.BFloat16:
		return torch.FromBytes(b, v.Shape, torch.DType(v.DType)), nil
	case dtype.Int8, dtype.Int16:
		return m.dequantised(name, v, b)
	}
	return nil, fmt.Errorf("%q has elements of %s: expected floating-point or 8- or 16-bit ones", name, v.DType)
}

func (m *ct2) dequantised(name string, v ctranslate2.Variable, b []byte) (*torch.Tensor, error) {
	s, scaleBytes, err := m.bytes(name + "_scale")
	if err != nil {
		return nil, err
	}
	scales := len(scaleBytes) / 4
	if s.DType != dtype.Float32 || scales != 1 && (len(v.Shape) == 0 || scales != v.Shape[0]) {
		return nil, fmt.Errorf("%q has the shape %v of %s: expected one number of torch.float32, or one for each row of %v",
			s.Name, s.Shape, s.DType, v.Shape)
	}
	width := v.DType.Size()
	weights := make([]float32, len(b)/width)
	for row := range scales {
		scale := math.Float32frombits(binary.LittleEndian.Uint32(scaleBytes[4*row:]))
		if !(scale > 0) || math.IsInf(float64(scale), 0) {
			return nil, fmt.Errorf("%q is %v in row %d: expected a positive number", s.Name, scale, row)
		}
		per := len(weights) / scales
		for i := row * per; i < (row+1)*per; i++ {
			q := int(int8(b[i*width]))
			if width == 2 {
				q = int(int16(binary.LittleEndian.Uint16(b[2*i:])))
			}
			weights[i] = float32(q) / scale
		}
	}
	return torch.FromSlice(weights, v.Shape...), nil
}

// setting is a number that the file keeps as a variable of no dimensions.
func (m *ct2) setting(name string) (int, error) {
	v, b, err := m.bytes(name)
	if err != nil {
		return 0, err
	}
	switch {
	case v.DType == dtype.Int8 && len(b) == 1:
		return int(int8(b[0])), nil
	case v.DType == dtype.Int16 && len(b) == 2:
		return int(int16(binary.LittleEndian.Uint16(b))), nil
	case v.DType == dtype.Int32 && len(b) == 4:
		return int(int32(binary.LittleEndian.Uint32(b))), nil
	}
	return 0, fmt.Errorf("%q has the shape %v of %s: expected one whole number", name, v.Shape, v.DType)
}

// left are the weights that nobody has asked for, in the order of their names. Settings are no weights: converters write
// more of them from version to version.
func (m *ct2) left() (names []string) {
	for name, v := range m.Variables {
		if len(v.Shape) > 0 && !m.taken[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
