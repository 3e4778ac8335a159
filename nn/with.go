package nn

// Package functional, and modules of other packages, have the keywords of these families. Each With is the
// settings with options written over them, as a constructor makes of its defaults: of those that a function
// takes, whose names are those of PyTorch's keywords.

// With writes options over the settings. Keywords of others than the function takes are an error.
func (c ConvConfig) With(function, takes string, opts ...ConvOption) ConvConfig {
	return configure(function, takes, c, opts, ConvOption.conv)
}

// With is as [ConvConfig.With].
func (c NormConfig) With(function, takes string, opts ...NormOption) NormConfig {
	return configure(function, takes, c, opts, NormOption.norm)
}

// With is as [ConvConfig.With].
func (c DistanceConfig) With(function, takes string, opts ...DistanceOption) DistanceConfig {
	return configure(function, takes, c, opts, DistanceOption.distance)
}

// With is as [ConvConfig.With].
func (c LossConfig) With(function, takes string, opts ...LossOption) LossConfig {
	return configure(function, takes, c, opts, LossOption.loss)
}
