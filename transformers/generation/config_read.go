package generation

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/internal/atomicfile"
)

// File is the name of a folder's settings.
const File = "generation_config.json"

// maxFile is more than any settings have; some list tens of thousands of ids.
const maxFile = 16 << 20

// ReadConfig is the settings of a folder: its generation_config.json over [Default]. A folder without one has the ids that its
// config.json names, as in Transformers. What the file asks for that would change the result and is not known is an error.
func ReadConfig(dir string) (Config, error) {
	path := filepath.Join(dir, File)
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fromModelConfig(filepath.Join(dir, "config.json"))
	}
	if err != nil {
		return Config{}, err
	}
	c, err := ParseConfig(data)
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	if c.EOSTokenID == nil {
		c.EOSTokenID = IDs{} // with such a file Transformers doesn't look into config.json for an end
	}
	return c, nil
}

// ParseConfig is the settings in the bytes of a generation_config.json, over [Default].
func ParseConfig(data []byte) (Config, error) {
	c := Default()
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return c, fmt.Errorf("expected an object of JSON: %w", err)
	}
	for name, value := range all {
		if string(value) == "null" {
			delete(all, name) // not set: the default
		}
	}
	if err := refuseUnknown(all); err != nil {
		return c, err
	}
	set, err := json.Marshal(all)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(set, &c); err != nil {
		return c, fmt.Errorf("a setting of generation: %w", err)
	}
	return c, nil
}

// elsewhere are the settings of other ways to generate, with the values that mean that they are not asked for.
var elsewhere = map[string][]string{
	"num_beam_groups": {"1"}, "diversity_penalty": {"0.0", "0"}, "penalty_alpha": {"0.0", "0"}, "guidance_scale": {"1", "1.0"},
	"constraints": {"[]"}, "force_words_ids": {"[]"}, "dola_layers": {}, "watermarking_config": {}, "token_healing": {"false"},
	"prompt_lookup_num_tokens": {"0"}, "low_memory": {"false"},
}

func refuseUnknown(all map[string]json.RawMessage) error {
	names := make([]string, 0, len(elsewhere))
	for name := range elsewhere {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if value, set := all[name]; set && !slices.Contains(elsewhere[name], string(value)) {
			return fmt.Errorf("%s is %.60s: this way to generate is not known here; known are greedy, sampling and beam search",
				name, value)
		}
	}
	return nil
}

// fromModelConfig takes what old folders have in config.json.
func fromModelConfig(path string) (Config, error) {
	c := Default()
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	ids := struct {
		BOS   *int64 `json:"bos_token_id"`
		EOS   IDs    `json:"eos_token_id"`
		Pad   *int64 `json:"pad_token_id"`
		Start *int64 `json:"decoder_start_token_id"`
	}{}
	if err := json.Unmarshal(data, &ids); err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	c.BOSTokenID, c.EOSTokenID, c.PadTokenID, c.DecoderStartTokenID = ids.BOS, ids.EOS, ids.Pad, ids.Start
	return c, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if n > maxFile {
		return nil, fmt.Errorf("%s: expected at most %d bytes", path, maxFile)
	}
	return []byte(b.String()), nil
}

// Save writes the settings into a folder's generation_config.json.
func (c Config) Save(dir string) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, File), func(w io.Writer) error {
		_, err := w.Write(append(data, '\n'))
		return err
	})
}
