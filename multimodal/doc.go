// Package multimodal has models that see an image and read a text, a CNN and a
// GRU, and the three levels at which the two modalities can be fused:
//
//   - feature level: [Concat] joins the features of both encoders;
//   - model level: [Average] averages the outputs of models trained apart;
//   - objective level: [Joint] adds one loss per modality to the fused loss.
package multimodal
