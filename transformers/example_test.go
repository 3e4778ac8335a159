package transformers_test

import (
	"fmt"
	"os"

	"multitorch/optim"
	"multitorch/torch"
	"multitorch/transformers"
)

// tiny writes a folder with a BERT of random weights, in place of one that is fetched.
func tiny() string {
	dir, err := os.MkdirTemp("", "tiny-bert")
	if err != nil {
		panic(err)
	}
	c := transformers.NewBertConfig()
	c.VocabSize, c.HiddenSize, c.NumHiddenLayers, c.NumAttentionHeads, c.IntermediateSize = 100, 32, 2, 4, 64
	c.InitializerRange = 0.2
	torch.ManualSeed(0)
	if err := transformers.SavePretrained(transformers.NewBertModel(c), dir); err != nil {
		panic(err)
	}
	return dir
}

// Any folder of an architecture that is known becomes a model; a head that it lacks has to be asked for.
func ExampleFromPretrained() {
	dir := tiny()
	defer os.RemoveAll(dir)
	base, err := transformers.FromPretrained[*transformers.BertModel](dir)
	if err != nil {
		panic(err)
	}
	out := base.Forward(transformers.BertInput{InputIDs: torch.New([][]int{{7, 12, 31}, {9, 4, 3}})})
	fmt.Println(out.LastHiddenState.Shape(), out.PoolerOutput.Shape())

	_, err = transformers.FromPretrained[*transformers.BertForTokenClassification](dir)
	fmt.Println(err != nil)
	o := transformers.Load{New: []string{"classifier"}, Labels: []string{"none", "person", "place"}}
	tagger, err := transformers.FromPretrained[*transformers.BertForTokenClassification](dir, o)
	fmt.Println(err, tagger.Forward(transformers.BertInput{InputIDs: torch.New([][]int{{7, 12, 31}})}).Logits.Shape())
	// Output:
	// [2 3 32] [2 32]
	// true
	// <nil> [1 3 3]
}

// Fine-tuning is loading with a new head, choosing what is trained, and a loop.
func ExampleTrainable() {
	dir := tiny()
	defer os.RemoveAll(dir)
	texts, classes := torch.New([][]int{{7, 12, 31}, {7, 12, 32}, {8, 13, 31}, {8, 13, 32}}), torch.New([]int{0, 0, 1, 1})

	model, err := transformers.FromPretrained[*transformers.BertForSequenceClassification](dir, transformers.Load{New: []string{"classifier"}})
	if err != nil {
		panic(err)
	}
	optimizer := optim.NewAdamW(transformers.Trainable(model, 1), optim.LR(1e-2)) // the head and the last layer
	for range 20 {
		torch.Step(func() {
			optimizer.ZeroGrad()
			model.Forward(transformers.BertInput{InputIDs: texts, Labels: classes}).Loss.Backward()
			optimizer.Step()
		})
	}
	fmt.Println(torch.ToSlice[int64](model.Forward(transformers.BertInput{InputIDs: texts}).Logits.Argmax(1)))
	err = transformers.SavePretrained(model, dir)
	fmt.Println(err)
	// Output:
	// [0 0 1 1]
	// <nil>
}

// Small matrices beside the linear layers are trained, and added to the weights of the folder that is written.
func ExampleAddLoRA() {
	dir := tiny()
	defer os.RemoveAll(dir)
	model, err := transformers.FromPretrained[*transformers.BertForSequenceClassification](dir, transformers.Load{New: []string{"classifier"}})
	if err != nil {
		panic(err)
	}
	lora := transformers.AddLoRA(model, transformers.LoRAConfig{R: 4, Targets: []string{"query", "value"}, TrainAlso: []string{"classifier"}})
	count := 0
	for _, p := range lora.Trained() {
		count += p.Numel()
	}
	fmt.Println(len(lora.Adapters), "layers,", count, "parameters")
	fmt.Println(lora.SavePretrained(dir))
	// Output:
	// 4 layers, 1090 parameters
	// <nil>
}
