package amp

import (
	"fmt"

	"multitorch/torch"
)

// StateDict is what a later run needs to go on, under PyTorch's names. It is empty where the scaler is disabled.
func (s *GradScaler) StateDict() *torch.Dict {
	d := &torch.Dict{}
	if s.config.Disabled {
		return d
	}
	d.Set("scale", float64(s.scale))
	d.Set("growth_factor", s.config.GrowthFactor)
	d.Set("backoff_factor", s.config.BackoffFactor)
	d.Set("growth_interval", int64(s.config.GrowthInterval))
	d.Set("_growth_tracker", int64(s.growing))
	return d
}

// LoadStateDict takes over what StateDict said. A state that makes no sense is an error, and changes nothing.
func (s *GradScaler) LoadStateDict(d *torch.Dict) error {
	if s.config.Disabled {
		return nil
	}
	if d == nil || d.Len() == 0 {
		return fmt.Errorf("amp.GradScaler: the state is empty: it is of a scaler that was disabled")
	}
	var scale, growth, backoff float64
	var interval, growing int64
	for name, at := range map[string]any{
		"scale": &scale, "growth_factor": &growth, "backoff_factor": &backoff, "growth_interval": &interval, "_growth_tracker": &growing,
	} {
		ok := false
		switch at := at.(type) {
		case *float64:
			*at, ok = d.Get(name).(float64)
		case *int64:
			*at, ok = d.Get(name).(int64)
		}
		if !ok {
			return fmt.Errorf("amp.GradScaler: the state's %q: expected a number, but got %v", name, d.Get(name))
		}
	}
	if growing < 0 || growing >= interval {
		return fmt.Errorf("amp.GradScaler: the state's \"_growth_tracker\": expected 0 to %d, but got %d", interval-1, growing)
	}
	var other *GradScaler
	err := torch.Try(func() error {
		other = NewGradScaler(GradScalerConfig{
			InitScale: scale, GrowthFactor: growth, BackoffFactor: backoff, GrowthInterval: int(interval),
		})
		return nil
	})
	if err != nil {
		return fmt.Errorf("the state does not fit: %w", err)
	}
	other.growing = int32(growing)
	*s = *other
	return nil
}
