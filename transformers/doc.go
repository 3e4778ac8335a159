// Package transformers has pretrained models as folders of Hugging Face hold them, in the role of Python's library of that
// name: the same architectures under the same names, whose state-dict keys are the folder's own.
//
//	model, err := transformers.FromPretrained[*transformers.BertForSequenceClassification](dir)
//	out := model.Forward(transformers.BertInput{InputIDs: ids, AttentionMask: mask})
//	err = transformers.SavePretrained(model, other) // Python's from_pretrained reads it
//
// A folder is read, and nothing else: there is no network code here, and no code of a folder is ever run. Loading is strict,
// since a weight that is silently not loaded is a random one: keys that are missing, left over or of another shape are an
// error that lists them, unless [Load] says which parts are new. Tied weights are one parameter.
//
// Attention calls libtorch's scaled_dot_product_attention where there is one, and computes the same of other operators where
// not. With [Load.Eager] it has the order of operations of Transformers' "eager" attention, for equal bits.
//
// An architecture is a file or a few, named after it: its configuration (a struct with Python's defaults), its modules and its
// heads. It adds itself to the list of those that are known. What they share is written once: attention.go, mask.go, cache.go,
// activation.go.
package transformers
