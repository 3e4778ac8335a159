// Package catalog says of a data set what a person wants to know before it trains anything: where it comes from, what is in
// it, and what is wrong with it.
//
// A data set's package has one function that returns its [Set]; the command's list of them is one line for each. What
// looks at samples, [Check] and the contact sheets of "multitorch data show", knows nothing of the data set but that:
//
//	set := emoji10.Catalog()
//	err := set.Get(ctx, "", log)             // install it, or see that it is there
//	samples, err := set.Open(ctx, "")        // what is there
//	report, err := catalog.Check(ctx, samples, nil)
//
// It knows nothing of tensors.
package catalog
