// Package dialogue has models that answer questions about a picture: a relation network ([RelationNetwork]), one that looks
// for the object that is asked about first ([Focus]), one that the question modulates ([FiLM]), and a plain perceptron ([MLP])
// to compare them with.
//
// Each sees a scene as a picture, through a CNN, or as a description of its objects, and is asked in bits or in English,
// which a GRU reads. In a dialogue a second GRU reads one question after the other, and so knows what "it" is.
//
//	model, err := dialogue.New(dialogue.Config{Kind: dialogue.KindRN, Input: sortofclevr.State, Asked: sortofclevr.English})
//	logits := model.Logits(batch) // [N·Q, answers]
//
// There are several questions about each scene in a batch, and what does not depend on the question is computed once a scene.
package dialogue
