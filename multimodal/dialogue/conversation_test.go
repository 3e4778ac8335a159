package dialogue_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/sortofclevr"
	"multitorch/internal/leak"
	"multitorch/multimodal/dialogue"
	"multitorch/nn"
	"multitorch/torch"
)

// A model that nobody trained answers at random, but what is asked is understood.
func ExampleConversation() {
	config := dialogue.Config{Kind: dialogue.KindRN, Input: sortofclevr.State, Asked: sortofclevr.Dialogue}
	model, err := dialogue.New(config)
	if err != nil {
		panic(err)
	}
	scene := sortofclevr.Generate(sortofclevr.Options{Train: 1, Test: 1}).Test.Scenes[0]
	talk, err := dialogue.NewConversation(model, config, scene.Pixels(), torch.CPU)
	if err != nil {
		panic(err)
	}
	for _, text := range []string{"What shape is the red object?", "Is it on the left?", "And the blue one?", "Is it nice?"} {
		reply, err := talk.Ask(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(reply.Question.Color, reply.Question.Kind, len(reply.Answers))
	}
	// Output:
	// red shape 10
	// red left 10
	// blue left 10
	// the word "nice" is unknown
}

// A conversation says what the model says to the same questions in a batch, and what was not understood leaves no trace.
func TestConversationIsTheModelsOwn(t *testing.T) {
	for _, c := range configs() {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			model, err := dialogue.New(c)
			require.NoError(t, err)
			side := sortofclevr.Generate(sortofclevr.Options{Train: 1, Test: 1}).Train
			scene, turns := side.Scenes[0], side.Dialogues[0]
			talk, err := dialogue.NewConversation(model, c, scene.Pixels(), torch.CPU)
			require.NoError(t, err)
			want := model.Logits(batch(t, c, 1)).Softmax(1) // in evaluation mode, as the conversation is
			for i, turn := range turns {
				_, err := talk.Ask("is it beautiful?")
				require.ErrorContains(t, err, "unknown")
				reply, err := talk.Ask(turn.Spoken())
				require.NoError(t, err)
				require.Equal(t, turn.Question, reply.Question)
				require.IsDecreasing(t, append(reply.Probabilities, -1))
				of := torch.ToSlice[float32](want.Select(0, i))
				_, opposite := turn.Canonical()
				for k, a := range reply.Answers {
					if c.Asked == sortofclevr.Bits && opposite {
						a = a.Opposite()
					}
					if c.Asked != sortofclevr.English { // of which it puts each question in the first phrasing
						require.InDelta(t, of[a], reply.Probabilities[k], 1e-4)
					}
				}
			}
		})
	}
}

func TestConversationLeaksNothing(t *testing.T) {
	for _, c := range configs() {
		model, err := dialogue.New(c)
		require.NoError(t, err)
		talk, err := dialogue.NewConversation(model, c, sortofclevr.Generate(sortofclevr.Options{Train: 1, Test: 1}).Test.Scenes[0].Pixels(), torch.CPU)
		require.NoError(t, err)
		ask := func() {
			_, err := talk.Ask("what shape is the red object?")
			require.NoError(t, err)
		}
		ask()
		before := leak.CollectorOff(t)
		for range 20 {
			ask()
		}
		require.Equal(t, before, torch.LiveTensors(), c)
	}
}

func TestConversationAboutNoScene(t *testing.T) {
	c := dialogue.Config{Kind: dialogue.KindMLP, Input: sortofclevr.State, Asked: sortofclevr.Bits}
	model, err := dialogue.New(c)
	require.NoError(t, err)
	_, err = dialogue.NewConversation(model, c, make([]uint8, 3*75*75), torch.CPU)
	require.ErrorContains(t, err, "there is no red rectangle or circle")
	c.Input = sortofclevr.Pixels
	model, err = dialogue.New(c)
	require.NoError(t, err)
	_, err = dialogue.NewConversation(model, c, make([]uint8, 10), torch.CPU)
	require.ErrorContains(t, err, "expected 16875 bytes")
}

// What the model has no answer to was not spoken of: "it" is then nothing.
func TestAQuestionWithoutAnAnswerIsNotRemembered(t *testing.T) {
	c := dialogue.Config{Kind: dialogue.KindMLP, Input: sortofclevr.State, Asked: sortofclevr.Bits}
	model, err := dialogue.New(c)
	require.NoError(t, err)
	scene := sortofclevr.Generate(sortofclevr.Options{Train: 1, Test: 1}).Test.Scenes[0]
	talk, err := dialogue.NewConversation(model, c, scene.Pixels(), torch.CPU)
	require.NoError(t, err)
	torch.NoGrad(func() {
		for _, p := range nn.Parameters(model) {
			p.FillInplace(math.NaN())
		}
	})
	_, err = talk.Ask("what shape is the red object?")
	require.ErrorContains(t, err, "NaN")
	_, err = talk.Ask("is it on the left?")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "NaN", "the question is not understood")
}
