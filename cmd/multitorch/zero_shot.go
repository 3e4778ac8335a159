package main

import (
	"context"
	"fmt"
	"slices"

	"multitorch/datasets"
	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/torch"
)

// zeroShot classifies pictures by which text they are next to: by classes that no model was trained on.
type zeroShot struct {
	task   *retrievalTask
	model  *multimodal.Retriever
	device torch.Device
}

// classPrompts are texts for each class of Emoji-10, of words as tags have them.
func classPrompts() [][]string {
	return [][]string{
		{"face", "smiling face", "emotion"},
		{"person", "man", "woman", "hand"},
		{"animal", "bird", "insect"},
		{"plant", "flower", "tree"},
		{"food", "drink", "fruit"},
		{"building", "vehicle", "travel place", "weather"},
		{"game", "sport", "celebration"},
		{"tool", "clothing", "office", "music"},
		{"symbol", "button", "arrow", "sign"},
		{"flag"},
	}
}

// texts are the vectors of some classes, of each the mean of its prompts: [classes, size], of length 1.
func (z zeroShot) texts(classes [][]string) (*torch.Tensor, error) {
	var rows []*torch.Tensor
	for _, prompts := range classes {
		var all []*torch.Tensor
		for _, prompt := range prompts {
			text, err := z.task.text(prompt)
			if err != nil {
				return nil, err
			}
			if z.device.IsCUDA() {
				text.Data = text.Data.To(z.device)
			}
			all = append(all, z.model.EncodeItems(text))
		}
		mean := torch.Cat(all, 0).Mean(0)
		rows = append(rows, mean.Div(mean.Norm().Clamp(1e-12, nil)))
	}
	return torch.Stack(rows, 0), nil
}

// text is a text as the model takes it. A text of which it knows no word is told of.
func (t *retrievalTask) text(words string) (multimodal.Input, error) {
	numbers, length, err := t.Vocabulary.Encode(emoji10.Tokenize(words))
	if err != nil {
		return multimodal.Input{}, badText(words, "%w", err)
	}
	if !slices.ContainsFunc(numbers[:length], func(n int64) bool { return n != emoji10.Unk }) {
		logLine(fmt.Sprintf("%.80q: the model knows none of its words, and answers as to any such text", words))
	}
	return multimodal.Input{Data: torch.FromSlice(numbers, 1, len(numbers)), Lengths: torch.FromSlice([]int64{int64(length)})}, nil
}

// scores are the cosines of pictures with texts, [N, M], as far apart as the model was trained with them.
func (z zeroShot) scores(images, texts *torch.Tensor) *torch.Tensor {
	if z.model.SigLIP != nil {
		return z.model.SigLIP.Scores(images, texts)
	}
	return z.model.Contrastive.Scores(images, texts)
}

// accuracy is the share of the test pictures that are next to their class's prompts.
func (z zeroShot) accuracy() (share float64, err error) {
	loader, err := datasets.NewBatchLoader(z.task.test, datasets.BatchSize(testBatch))
	if err != nil {
		return 0, err
	}
	right, all := 0., 0
	torch.NoGrad(func() {
		var classes *torch.Tensor
		if classes, err = z.texts(classPrompts()); err != nil {
			return
		}
		for b, e := range loader.All(context.Background()) {
			if err = e; err != nil {
				return
			}
			b = b.To(z.device)
			images := z.model.EncodeQueries(multimodal.Input{Data: b.Image})
			right += z.scores(images, classes).Argmax(1).Eq(b.Target).Sum().Item()
			all += b.Samples()
		}
	})
	return right / float64(all), err
}
