package transformers

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"multitorch/internal/atomicfile"
	"multitorch/internal/regular"
	"multitorch/nn"
	"multitorch/torch"
)

// The files of a folder of peft.
const (
	adapterConfig  = "adapter_config.json"
	adapterWeights = "adapter_model.safetensors"
	adapterPrefix  = "base_model.model."
)

// SaveAdapter writes the matrices alone, with the parts of TrainAlso, as Python's peft does: PeftModel.from_pretrained and
// [LoadLoRA] read the folder.
func (l *LoRA) SaveAdapter(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	var state []torch.NamedTensor
	for _, a := range l.Adapters {
		state = append(state,
			torch.NamedTensor{Name: adapterPrefix + a.name + ".lora_A.weight", Tensor: a.LoraA.Weight.Tensor},
			torch.NamedTensor{Name: adapterPrefix + a.name + ".lora_B.weight", Tensor: a.LoraB.Weight.Tensor})
	}
	for _, p := range nn.NamedParameters(l.model) {
		if p.RequiresGrad() {
			state = append(state, torch.NamedTensor{Name: adapterPrefix + p.Name, Tensor: p.Tensor})
		}
	}
	if err := torch.SaveSafetensors(filepath.Join(dir, adapterWeights), state, map[string]string{"format": "pt"}); err != nil {
		return err
	}
	var targets []string
	for _, a := range l.Adapters {
		targets = append(targets, a.name)
	}
	if len(l.config.Targets) > 0 {
		targets = l.config.Targets
	}
	config := map[string]any{
		"peft_type": "LORA", "task_type": nil, "bias": "none", "r": l.config.R, "lora_alpha": l.config.Alpha,
		"lora_dropout": l.config.Dropout, "use_rslora": l.config.RSLoRA, "target_modules": targets, "modules_to_save": l.config.TrainAlso,
		"inference_mode": true, "fan_in_fan_out": false, "base_model_name_or_path": nil,
	}
	return atomicfile.Write(filepath.Join(dir, adapterConfig), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(config)
	})
}

// LoadLoRA adds the matrices of a folder of Python's peft, or of [LoRA.SaveAdapter], to a model. Settings that change what they
// compute and are not known here (DoRA, biases, ranks that differ between layers, …) are an error.
func LoadLoRA(m Model, dir string) (*LoRA, error) {
	path := filepath.Join(dir, adapterConfig)
	c, err := readAdapterConfig(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	weights := filepath.Join(dir, adapterWeights)
	state, _, err := torch.LoadSafetensors(weights)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, s := range state {
			s.Tensor.Free()
		}
	}()
	var l *LoRA
	if err := torch.Try(func() error { nn.SkipInit(func() { l = AddLoRA(m, c) }); return nil }); err != nil {
		return nil, fmt.Errorf("load %s: %w", dir, err)
	}
	if err := l.fill(state); err != nil {
		for _, a := range l.Adapters {
			a.hook.Remove()
		}
		return nil, fmt.Errorf("load %s: %w", weights, err)
	}
	return l, nil
}

// fill copies the matrices of a file, which must be all that there are and of the right shapes.
func (l *LoRA) fill(state []torch.NamedTensor) error {
	into := map[string]*torch.Tensor{}
	for _, a := range l.Adapters {
		into[a.name+".lora_A.weight"], into[a.name+".lora_B.weight"] = a.LoraA.Weight.Tensor, a.LoraB.Weight.Tensor
	}
	missing := len(into)
	for _, p := range nn.NamedParameters(l.model) {
		if p.RequiresGrad() {
			into[p.Name] = p.Tensor
		}
	}
	for _, s := range state {
		name := strings.TrimPrefix(s.Name, adapterPrefix)
		to := into[name]
		if to == nil {
			return fmt.Errorf("the key %.200q is of no layer that the settings name", s.Name)
		}
		if strings.Contains(name, ".lora_") {
			missing--
		}
		err := torch.Try(func() error {
			if fmt.Sprint(to.Shape()) != fmt.Sprint(s.Tensor.Shape()) {
				return fmt.Errorf("expected the shape %v, but got %v", to.Shape(), s.Tensor.Shape())
			}
			torch.NoGrad(func() { to.CopyInplace(s.Tensor) })
			return nil
		})
		if err != nil {
			return fmt.Errorf("%.200s: %w", s.Name, err)
		}
	}
	if missing != 0 {
		return fmt.Errorf("%d matrices are missing", missing)
	}
	return nil
}

func readAdapterConfig(path string) (c LoRAConfig, err error) {
	var b []byte
	err = regular.Read(path, "the settings of an adapter, as peft writes them", func(f *os.File, size int64) error {
		if size > longestConfig {
			return fmt.Errorf("expected settings, but got a file of %d bytes", size)
		}
		b, err = io.ReadAll(io.LimitReader(f, longestConfig))
		return err
	})
	if err != nil {
		return c, err
	}
	var other struct {
		Type    string         `json:"peft_type"`
		Bias    string         `json:"bias"`
		DoRA    bool           `json:"use_dora"`
		Ranks   map[string]any `json:"rank_pattern"`
		Alphas  map[string]any `json:"alpha_pattern"`
		Layers  any            `json:"layers_to_transform"`
		Exclude any            `json:"exclude_modules"`
	}
	if err := json.Unmarshal(b, &other); err != nil {
		return c, readableJSON(err)
	}
	if other.Type != "LORA" || other.Bias != "none" && other.Bias != "" || other.DoRA || len(other.Ranks)+len(other.Alphas) > 0 ||
		other.Layers != nil || other.Exclude != nil {
		return c, fmt.Errorf("expected peft_type LORA without bias, use_dora, rank_pattern, alpha_pattern, layers_to_transform and exclude_modules")
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, readableJSON(err)
	}
	if c.R <= 0 || c.R > 1<<14 || len(c.Targets) == 0 {
		return c, fmt.Errorf("r, target_modules: expected a rank from 1 and a list of names, but got %d and %q", c.R, c.Targets)
	}
	return c, nil
}
