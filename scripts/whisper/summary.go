package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"multitorch/multimodal/ctc"
	"multitorch/torch"
	"multitorch/transformers/speech"
)

// decoder is how ids become text.
func decoder(dir string) (func(ids []int64) string, error) {
	model, err := speech.Load(dir)
	if err != nil {
		return nil, err
	}
	return model.Text, nil
}

// plain is a text as words are counted in: without capitals and punctuation.
func plain(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
	}), " ")
}

func summary(clips []clip, sides []*side, decode func([]int64) string) {
	same := 0
	for i := range clips {
		if slices.Equal(sides[0].heard[i].IDs, sides[1].heard[i].IDs) {
			same++
		}
	}
	fmt.Printf("\nlibtorch %s, %d thread(s), %d clips: the ids of %d are equal, %.2f %%\n",
		torch.Version(), *threads, len(clips), same, 100*float64(same)/float64(len(clips)))
	for _, s := range sides {
		wrong, words := 0, 0
		var seconds, cpu []float64
		for i, c := range clips {
			e := ctc.Words(plain(c.text), plain(decode(s.heard[i].IDs)))
			wrong, words = wrong+e.Errors(), words+e.Reference()
			seconds, cpu = append(seconds, s.heard[i].Seconds), append(cpu, s.heard[i].CPU)
		}
		fmt.Printf("%-15s WER %.2f %% (%d of %d words), %.3f s a clip, %.3f s of the processor (medians), %d MiB at most\n", s.name,
			100*float64(wrong)/float64(words), wrong, words, median(seconds), median(cpu), s.heard[len(s.heard)-1].Peak>>10)
	}
	for _, s := range sides[1:] {
		var ratios, cpu []float64
		for i := range clips {
			ratios = append(ratios, sides[0].heard[i].Seconds/s.heard[i].Seconds)
			cpu = append(cpu, sides[0].heard[i].CPU/s.heard[i].CPU)
		}
		fmt.Printf("Go / %s: %.2f of the time of a clip, %.2f of the processor's (medians), %.2f of the memory\n", s.name, median(ratios), median(cpu),
			float64(sides[0].heard[len(clips)-1].Peak)/float64(s.heard[len(clips)-1].Peak))
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
