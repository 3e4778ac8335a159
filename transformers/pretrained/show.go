package pretrained

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/internal/regular"
	"multitorch/torch"
)

// Description is what a model's folder says of itself. Nothing of it is computed with.
type Description struct {
	Dir          string
	Architecture string   // the class that config.json names, or its model_type
	Tensors      int      // weights in model.safetensors or its shards
	Parameters   int64    // their elements, without those of whole numbers: places that are counted up, say
	Bytes        int64    // that they take
	DTypes       []string // that they have, the most common first: "float16"
	Tokenizer    string   // of tokenizer.json: "BPE, 50257 tokens and 107 added"; empty without one
	Processor    string   // of preprocessor_config.json; empty without one
	Licence      string   // as README.md or a licence's file says; empty if none does
}

// Describe reads what a folder with a config.json holds. Of the weights it reads the header.
func Describe(dir string) (*Description, error) {
	var config struct {
		Architectures []string `json:"architectures"`
		ModelType     string   `json:"model_type"`
	}
	if err := readJSON(filepath.Join(dir, "config.json"), &config); err != nil {
		return nil, err
	}
	d := &Description{Dir: dir, Architecture: strings.Join(config.Architectures, ", ")}
	d.Architecture = cmp.Or(d.Architecture, config.ModelType, "not named in config.json")
	return d, errors.Join(d.weights(), d.tokenizer(), d.processor(), d.licence())
}

// weights describes model.safetensors, or the shards of its index.
func (d *Description) weights() error {
	path := filepath.Join(d.Dir, "model.safetensors")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		path += ".index.json"
	}
	tensors, err := headers(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: there are no weights in it: expected model.safetensors or model.safetensors.index.json", d.Dir)
	}
	if err != nil {
		return err
	}
	count := map[string]int64{}
	for _, t := range tensors {
		n := int64(1)
		for _, s := range t.Shape {
			n *= int64(s)
		}
		d.Tensors++
		if t.DType != torch.Int64 { // places and counts, which some folders store beside the weights
			d.Parameters += n
		}
		d.Bytes += n * int64(t.DType.Size())
		count[strings.TrimPrefix(t.DType.String(), "torch.")] += n
	}
	for name := range count {
		d.DTypes = append(d.DTypes, name)
	}
	slices.SortFunc(d.DTypes, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	return nil
}

func headers(path string) (infos []torch.TensorInfo, err error) {
	file, err := torch.OpenSafetensors(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for _, name := range file.Names() {
		info, err := file.Info(name)
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

func (d *Description) tokenizer() error {
	var t struct {
		Added []struct{} `json:"added_tokens"`
		Model struct {
			Type  string  `json:"type"`
			Vocab counted `json:"vocab"`
		} `json:"model"`
	}
	err := readJSON(filepath.Join(d.Dir, "tokenizer.json"), &t)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	d.Tokenizer = fmt.Sprintf("%s, %d tokens and %d added", cmp.Or(t.Model.Type, "of a kind that is not named"), t.Model.Vocab, len(t.Added))
	return err
}

func (d *Description) processor() error {
	var p struct {
		Image string `json:"image_processor_type"`
		Sound string `json:"feature_extractor_type"`
	}
	err := readJSON(filepath.Join(d.Dir, "preprocessor_config.json"), &p)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	d.Processor = cmp.Or(p.Image, p.Sound, "of a kind that is not named")
	return err
}

// licence looks for "license: mit" between the two lines "---" that begin a README.md, and else takes the first line of
// the licence itself.
func (d *Description) licence() error {
	line, err := firstLine(filepath.Join(d.Dir, "README.md"), func(i int, line string) (string, bool) {
		value, ok := strings.CutPrefix(line, "license:")
		return strings.TrimSpace(value), ok || i == 0 && line != "---" || i > 0 && line == "---"
	})
	for _, name := range []string{"LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE"} {
		if err == nil && line == "" {
			line, err = firstLine(filepath.Join(d.Dir, name), func(_ int, line string) (string, bool) { return line, line != "" })
		}
	}
	d.Licence = line
	return err
}

// firstLine is what found makes of the first line that it accepts; empty if there is none, or no file.
func firstLine(path string, found func(i int, line string) (string, bool)) (line string, err error) {
	err = regular.Read(path, "a text", func(f *os.File, _ int64) error {
		lines := bufio.NewScanner(io.LimitReader(f, 1<<20))
		for i := 0; lines.Scan(); i++ {
			if l, ok := found(i, strings.TrimSpace(lines.Text())); ok {
				line = strings.ToValidUTF8(l[:min(len(l), 100)], "?")
				return nil
			}
		}
		return nil
	})
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return line, err
}
