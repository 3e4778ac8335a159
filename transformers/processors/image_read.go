package processors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/internal/regular"
)

// The files of a folder that say how pictures are prepared.
const (
	processorFile    = "processor_config.json"    // of newer folders, with the settings under "image_processor"
	preprocessorFile = "preprocessor_config.json" // of all others
	modelFile        = "config.json"
)

const maxSettings = 1 << 20 // bytes of a file of settings

// kindOfModel is the kind of processor where a folder's files name none.
var kindOfModel = map[string]string{
	"vit": "ViTImageProcessor", "deit": "DeiTImageProcessor", "clip": "CLIPImageProcessor", "siglip": "SiglipImageProcessor",
	"resnet": "ConvNextImageProcessor", "convnext": "ConvNextImageProcessor", "dinov2": "BitImageProcessor",
}

// settingsOnly are keys that say nothing about the numbers.
var settingsOnly = []string{
	"processor_class", "feature_extractor_type", "_valid_processor_keys", "device", "return_tensors", "disable_grouping",
	"image_seq_length",
}

// ReadImageConfig reads how a Hugging Face folder's pictures are prepared: "image_processor" of its processor_config.json,
// or else its preprocessor_config.json. Errors name the file and the key.
func ReadImageConfig(dir string) (ImageConfig, error) {
	path := filepath.Join(dir, processorFile)
	settings, err := readSettings(path)
	if err == nil {
		if nested, has := settings["image_processor"]; has {
			return parsed(path, nested, dir)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return ImageConfig{}, err
	}
	path = filepath.Join(dir, preprocessorFile)
	content, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return ImageConfig{}, fmt.Errorf("%s: no %s, and no image_processor in a %s: %w", dir, preprocessorFile, processorFile, err)
	}
	if err != nil {
		return ImageConfig{}, err
	}
	return parsed(path, content, dir)
}

func parsed(path string, content []byte, dir string) (ImageConfig, error) {
	c, err := ParseImageConfig(content, modelType(dir))
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// modelType is what a folder's config.json says, or "".
func modelType(dir string) string {
	var name string
	if settings, err := readSettings(filepath.Join(dir, modelFile)); err == nil {
		_ = json.Unmarshal(settings["model_type"], &name)
	}
	return name
}

// ParseImageConfig reads the content of a preprocessor_config.json. modelType, of config.json, stands in for the kind of
// processor where the file names none; it may be "".
func ParseImageConfig(content []byte, modelType string) (c ImageConfig, err error) {
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(content, &settings); err != nil {
		return c, fmt.Errorf("expected an object of settings: %w", err)
	}
	maps.DeleteFunc(settings, func(_ string, v json.RawMessage) bool { return string(v) == "null" })
	kind, err := kindOf(settings, modelType)
	if err != nil {
		return c, err
	}
	if c, err = Defaults(kind); err != nil {
		return c, err
	}
	delete(settings, "image_processor_type")
	if err := c.read(settings); err != nil {
		return ImageConfig{}, err
	}
	return c, c.check()
}

// kindOf is the kind of processor, without what older versions have added to its name.
func kindOf(settings map[string]json.RawMessage, modelType string) (string, error) {
	for _, key := range []string{"image_processor_type", "feature_extractor_type"} {
		v, has := settings[key]
		if !has {
			continue
		}
		var name string
		if err := json.Unmarshal(v, &name); err != nil {
			return "", fmt.Errorf("%s: expected a name, got %.60s", key, v)
		}
		base := strings.TrimSuffix(strings.TrimSuffix(name, "Fast"), "Pil")
		if feature, old := strings.CutSuffix(base, "FeatureExtractor"); old {
			base = feature + "ImageProcessor"
		}
		if _, known := kinds[base]; !known {
			return "", fmt.Errorf("%s: %.60q is not known for pictures; known are %s", key, name, listed(kinds))
		}
		return base, nil
	}
	if kind, known := kindOfModel[modelType]; known {
		return kind, nil
	}
	return "", fmt.Errorf("no image_processor_type, and none is known for the model type %.60q of %s", modelType, modelFile)
}

// read sets what a file says. What it says of a setting that is not known can't be done.
func (c *ImageConfig) read(settings map[string]json.RawMessage) error {
	toSquare := c.Size.isBox() && c.Type != "SiglipImageProcessor"
	targets := map[string]any{
		"do_convert_rgb": &c.DoConvertRGB, "do_resize": &c.DoResize, "size": &c.Size, "resample": &c.Resample,
		"do_center_crop": &c.DoCenterCrop, "crop_size": &c.CropSize, "do_rescale": &c.DoRescale,
		"rescale_factor": &c.RescaleFactor, "do_normalize": &c.DoNormalize, "image_mean": &c.ImageMean,
		"image_std": &c.ImageStd, "do_pad": &c.DoPad, "pad_size": &c.PadSize, "default_to_square": &toSquare,
		"data_format": new(planesFirst), "input_data_format": new(planesFirst),
	}
	if c.crops() {
		targets["crop_pct"] = &c.CropPct
	}
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		target, known := targets[key]
		switch {
		case known:
			if err := json.Unmarshal(settings[key], target); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		case !slices.Contains(settingsOnly, key):
			return fmt.Errorf("the setting %.60q = %.60s is not known to %s; known are %s", key, settings[key], c.Type, listed(targets))
		}
	}
	c.Size.settle(toSquare)
	c.CropSize.settle(true)
	c.PadSize.settle(true)
	return nil
}

// UnmarshalJSON reads a list, or one number for all channels.
func (c *Channels) UnmarshalJSON(b []byte) error {
	if b[0] != '[' {
		b = slices.Concat([]byte("["), b, []byte("]"))
	}
	var values []float64
	if err := json.Unmarshal(b, &values); err != nil {
		return fmt.Errorf("expected numbers, got %.80s", b)
	}
	*c = values
	return nil
}

// planesFirst is the only layout of what a model is given.
type planesFirst struct{}

// UnmarshalJSON expects the layout.
func (*planesFirst) UnmarshalJSON(b []byte) error {
	if string(b) != `"channels_first"` {
		return fmt.Errorf("expected \"channels_first\", got %.60s", b)
	}
	return nil
}

func readSettings(path string) (settings map[string]json.RawMessage, err error) {
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, &settings); err != nil {
		return nil, fmt.Errorf("%s: expected an object of settings: %w", path, err)
	}
	return settings, nil
}

// readFile reads a file of settings, of a size that such files have.
func readFile(path string) (content []byte, err error) {
	err = regular.Read(path, "a file of settings", func(f *os.File, size int64) error {
		if size > maxSettings {
			return fmt.Errorf("expected at most %d bytes of settings, got %d", maxSettings, size)
		}
		content, err = io.ReadAll(io.LimitReader(f, maxSettings))
		return err
	})
	return content, err
}

// listed is a map's keys: "a, b, c".
func listed[V any](m map[string]V) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}
