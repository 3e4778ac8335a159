package main

import (
	"context"
	"errors"

	datatable "multitorch/datasets/table"
	"multitorch/multimodal/columns"
	"multitorch/nn"
	"multitorch/torch"
)

// converse asks about one picture: the questions are the cells of the one column of texts.
func (t *tableTask) converse(model nn.Module, image media, device torch.Device) (conversation, error) {
	picture, err := t.only(datatable.Image, "")
	if err != nil {
		return nil, err
	}
	question, err := t.only(datatable.Text, "")
	if err != nil {
		return nil, err
	}
	talk := &tableTalk{t: t, model: model, device: device, question: question, cells: map[string]string{picture: image.path}}
	if image.data != nil {
		talk.cells[picture], talk.whole = string(image.data), []string{picture}
	}
	_, err = t.Schema.Read(context.Background(), talk.cells, "", talk.whole...) // that the picture can be read
	return talk, err
}

// tableTalk is a conversation about a picture. It remembers nothing: each question is by itself, as in the table.
type tableTalk struct {
	t        *tableTask
	model    nn.Module
	device   torch.Device
	question string
	cells    map[string]string
	whole    []string
}

func (c *tableTalk) ask(question string) ([]guess, error) {
	c.cells[c.question] = question
	if len(c.strange(question)) == len(columns.Words(question)) {
		return nil, errors.New("none of these words is known")
	}
	return c.t.predict(c.model, inputs{set: c.cells, whole: c.whole}, c.device)
}

// strange are the words that no training row has.
func (c *tableTalk) strange(question string) (words []string) {
	for _, column := range c.t.Schema.Columns {
		if column.Name != c.question {
			continue
		}
		for _, w := range columns.Words(question) {
			if !column.Vocabulary.Has(w) {
				words = append(words, w)
			}
		}
	}
	return words
}

func (c *tableTalk) examples() []string { return []string{"a question as in the column " + c.question} }
