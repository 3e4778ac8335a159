package device

import (
	"fmt"
	"strings"
)

// Rate is the number of samples per second, from 8,000 to 384,000. The default is 16,000, which is what speech is
// recognised at. The operating system's own rate is brought to it by miniaudio.
type Rate int

// Channels is the number of channels, 1 by default.
type Channels int

// Name chooses a device by a part of its name, whatever its case. The default is the system's default device.
type Name string

// Null(true) takes a device that records silence and plays to nobody, in real time: for tests.
type Null bool

// Option is an option of [OpenMicrophone], [OpenSpeaker], [Record], [Play], [Listen], [Produce] and [Devices].
type Option interface{ device(*config) }

type config struct {
	rate, channels int
	name           string
	null           bool
}

func (r Rate) device(c *config)     { c.rate = int(r) }
func (n Channels) device(c *config) { c.channels = int(n) }
func (n Name) device(c *config)     { c.name = string(n) }
func (n Null) device(c *config)     { c.null = bool(n) }

func settle(opts []Option) (config, error) {
	c := config{rate: 16000, channels: 1}
	for _, o := range opts {
		o.device(&c)
	}
	if c.rate < 8000 || c.rate > 384000 || c.channels < 1 || c.channels > 32 {
		return c, fmt.Errorf("expected 8,000 to 384,000 samples per second and 1 to 32 channels, got %d and %d", c.rate, c.channels)
	}
	return c, nil
}

func (c config) matches(name string) bool {
	return strings.Contains(strings.ToLower(name), strings.ToLower(c.name))
}
