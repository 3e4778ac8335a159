// Package ctc turns the scores of a network that was trained with connectionist temporal classification (Graves et al.,
// 2006) into text: greedily or by a search that keeps several beginnings, with or without a language model. It also aligns
// a text that is known with the scores, and counts the edits between what was said and what was understood.
//
// Scores are logarithms of probabilities, [T, C] or [N, T, C]: at each of T steps one for the blank, which is label 0, and
// one for each character of an [Alphabet].
package ctc
