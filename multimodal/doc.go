// Package multimodal has models that see images, read texts, hear sounds and know numbers, any of them or all, and the
// three levels at which these modalities can be fused:
//
//   - feature level: a [Model] is encoders by name, one of the fusions of package fusion, and a head;
//   - model level: [Average] averages the outputs of models trained apart, package ensemble has more;
//   - objective level: [Joint] adds one loss per modality to the fused loss, package objective has more.
//
// The tutorial's classifiers of image and text, [Image], [Text], [Concat] and [Joint], are what they were there, name by
// name, so that its checkpoints load.
package multimodal
