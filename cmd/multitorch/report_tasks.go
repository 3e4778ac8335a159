package main

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strings"

	"multitorch/datasets/sortofclevr"
	datatable "multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
	"multitorch/multimodal/ctc"
	"multitorch/multimodal/dialogue"
	pictures "multitorch/multimodal/image"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
	"multitorch/trainer/report"
)

// What the pages of tasks show that don't put things into classes.

func (t *retrievalTask) shows(r *hooks.Report) {
	showsPairs(r)
	r.Samples = t.samples
}

func (t *retrievalTask) samples(model nn.Module) ([]report.Sample, error) {
	p, err := t.test.GetBatch(context.Background(), spread(mostInGallery, t.test.Len()))
	if err != nil {
		return nil, err
	}
	m, on := model.(*multimodal.Retriever), p.To(nn.Parameters(model)[0].Device())
	group := torch.ToSlice[int64](p.Group)
	return gallery{
		pictures: m.EncodeQueries(multimodal.Input{Data: on.Image}),
		texts:    m.EncodeItems(multimodal.Input{Data: on.Tokens, Lengths: on.Lengths}),
		n:        len(group),
		alike:    func(i, j int) bool { return group[i] == group[j] },
		picture:  func(i int) (image.Image, error) { return pictureOf(p.Image.Select(0, i).Add(1).Div(2)), nil },
		text:     func(i int) string { return t.loaded.Emoji[group[i]].Label },
	}.samples()
}

func (t *captionsTask) shows(r *hooks.Report) {
	showsPairs(r)
	r.Samples = t.samples
}

func (t *captionsTask) samples(model nn.Module) ([]report.Sample, error) {
	m, device := model.(*multimodal.Retriever), nn.Parameters(model)[0].Device()
	pictures, captions := t.numbers(datatable.Image), t.numbers(datatable.Text)
	var g gallery
	var rows []int
	var images, texts []*torch.Tensor
	indices := spread(mostInGallery, t.test.Len())
	for len(indices) > 0 {
		n := min(testBatch, len(indices))
		b, err := t.test.GetBatch(context.Background(), indices[:n])
		if err != nil {
			return nil, err
		}
		indices = indices[n:]
		shown, said := t.pair(b.To(device))
		images, texts = append(images, m.EncodeQueries(shown)), append(texts, m.EncodeItems(said))
		rows = append(rows, b.Rows...)
	}
	if rows == nil {
		return nil, nil
	}
	g.n, g.pictures, g.texts = len(rows), torch.Cat(images, 0), torch.Cat(texts, 0)
	g.alike = func(i, j int) bool {
		return pictures[rows[i]] == pictures[rows[j]] || captions[rows[i]] == captions[rows[j]]
	}
	picture, caption := t.table.Column(t.column(datatable.Image)), t.table.Column(t.column(datatable.Text))
	g.text = func(i int) string { return t.table.Cell(rows[i], caption) }
	g.picture = func(i int) (image.Image, error) {
		m, err := t.table.OpenImage(context.Background(), rows[i], picture, t.Base)
		if err != nil {
			return nil, err
		}
		return small(m).Go(), nil
	}
	return g.samples()
}

// mostSide is how many pixels of a picture's longer side a page has.
const mostSide = 192

func small(m *pictures.Image) *pictures.Image {
	if longer := max(m.Height, m.Width); longer > mostSide {
		return m.Resize(max(1, m.Height*mostSide/longer), max(1, m.Width*mostSide/longer), pictures.Bilinear)
	}
	return m
}

func (t *dialogueTask) shows(r *hooks.Report) {
	r.Confusion = func() (*metrics.ConfusionMatrix, []string) { return t.macroF1.ConfusionMatrix, sortofclevr.Answers() }
	r.Samples = t.samples
}

// samples are questions about pictures, of each picture another one.
func (t *dialogueTask) samples(model nn.Module) (all []report.Sample, err error) {
	scenes := spread(mostSamples, t.loaded.Test.Len())
	b, err := t.loaded.Test.As(t.Input, t.Question).GetBatch(context.Background(), scenes)
	if err != nil {
		return nil, err
	}
	said := torch.ToSlice[int64](model.(*dialogue.Model).Logits(b.To(nn.Parameters(model)[0].Device())).Argmax(1))
	truth, names := torch.ToSlice[int64](b.Target), sortofclevr.Answers()
	for k, scene := range scenes {
		turns := t.loaded.Test.Dialogues[scene]
		i := k % len(turns)
		question := turns[i].Text()
		if spoken := turns[i].Spoken(); t.Question == sortofclevr.Dialogue && spoken != question {
			question = fmt.Sprintf("%s (%s)", spoken, question)
		}
		at := k*len(turns) + i
		all = append(all, report.Sample{
			Picture: t.loaded.Test.Scenes[scene].Image(2), Text: question, Said: names[said[at]], Truth: names[truth[at]],
		})
	}
	return all, nil
}

func (t *transcriptsTask) shows(r *hooks.Report) { t.speech.shows(r) }

func (t *speechTask) shows(r *hooks.Report) {
	r.SamplesTitle, r.TruthWord = "What was heard, the worst first", "said:"
	r.Samples = func(nn.Module) (all []report.Sample, err error) {
		if t.heard == nil {
			return nil, nil
		}
		order, errs := t.heard.worstFirst()
		for _, i := range order[:min(mostSamples, len(order))] {
			reference, understood := t.heard.all.Reference[i], t.heard.all.Understood[i]
			s := report.Sample{Text: fmt.Sprintf("%d of %d characters wrong", errs[i], len([]rune(reference))), Said: understood, Truth: reference}
			if understood == "" {
				s.Said = "(nothing)"
			}
			all = append(all, s)
		}
		return all, nil
	}
}

// worstFirst are the texts by how many characters were wrong, and how many these were of each.
func (h *heard) worstFirst() (order, errs []int) {
	order, errs = make([]int, len(h.all.Reference)), make([]int, len(h.all.Reference))
	for i, reference := range h.all.Reference {
		order[i], errs[i] = i, ctc.Characters(reference, h.all.Understood[i]).Errors()
	}
	slices.SortStableFunc(order, func(a, b int) int { return errs[b] - errs[a] })
	return order, errs
}

// words are a test row's cells but for its pictures.
func (t *tableTask) words(test *columns.Data) func(i int) string {
	return func(i int) string {
		var cells []string
		row := test.Row(i)
		for _, c := range t.Schema.Columns {
			if at := t.table.Column(c.Name); at >= 0 && c.Kind != datatable.Image && !t.table.Embedded[at] {
				cells = append(cells, fmt.Sprintf("%s: %s", c.Name, t.table.Cell(row, at)))
			}
		}
		return strings.Join(cells, "; ")
	}
}
