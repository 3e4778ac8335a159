package metrics

// MacroF1 is the mean F1 over the classes that occur, as a target or as a prediction: see [ConfusionMatrix.MacroF1]. The
// matrix that it is read from tells of each class.
type MacroF1 struct{ *ConfusionMatrix }

// NewMacroF1 makes one for the classes 0 to classes-1.
func NewMacroF1(classes int) *MacroF1 { return &MacroF1{NewConfusionMatrix(classes)} }

// Name is "macro-F1".
func (m *MacroF1) Name() string { return "macro-F1" }

// Compute is the mean, from 0 to 1.
func (m *MacroF1) Compute() (float64, error) { return m.MacroF1(), m.Err() }
