package device

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gen2brain/malgo"
)

// Info is a device that is there.
type Info struct {
	Name    string
	Default bool // it is what is taken when nothing is asked for
}

// ErrNoDevice is wrapped by errors that say that there is no microphone, no speaker, or no sound system.
var ErrNoDevice = errors.New("no sound device")

// Devices lists the microphones and speakers that the system knows.
func Devices(opts ...Option) (microphones, speakers []Info, err error) {
	c, err := settle(opts)
	if err != nil {
		return nil, nil, err
	}
	defer quiet()()
	ctx, err := open(c)
	if err != nil {
		return nil, nil, err
	}
	defer shut(ctx)
	for kind, list := range map[malgo.DeviceType]*[]Info{malgo.Capture: &microphones, malgo.Playback: &speakers} {
		found, err := ctx.Devices(kind)
		if err != nil {
			return nil, nil, fmt.Errorf("the sound devices cannot be listed: %w", err)
		}
		for _, d := range found {
			if c.matches(d.Name()) {
				*list = append(*list, Info{d.Name(), d.IsDefault != 0})
			}
		}
	}
	return microphones, speakers, nil
}

// malgo counts one backend too few before its last: miniaudio's null device is behind one of the program's own.
const nullBackend = malgo.BackendNull + 1

// backends are all but the null device, which miniaudio would fall back to: who records should not get silence.
var backends = []malgo.Backend{
	malgo.BackendWasapi, malgo.BackendDsound, malgo.BackendWinmm, malgo.BackendCoreaudio, malgo.BackendSndio, malgo.BackendAudio4,
	malgo.BackendOss, malgo.BackendPulseaudio, malgo.BackendAlsa, malgo.BackendJack,
}

func open(c config) (*malgo.AllocatedContext, error) {
	wanted := backends
	if c.null {
		wanted = []malgo.Backend{nullBackend}
	}
	ctx, err := malgo.InitContext(wanted, malgo.ContextConfig{}, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: this machine has no sound system that could be used (%v); a container has to be given the "+
			"host's /dev/snd or PulseAudio socket", ErrNoDevice, err)
	}
	return ctx, nil
}

func shut(ctx *malgo.AllocatedContext) {
	_ = ctx.Uninit()
	ctx.Free()
}

var kinds = map[malgo.DeviceType]string{malgo.Capture: "microphone", malgo.Playback: "speaker"}

// find looks for the device that is asked for: nil is the system's default.
func find(ctx *malgo.AllocatedContext, kind malgo.DeviceType, c config) (*malgo.DeviceID, error) {
	found, err := ctx.Devices(kind)
	if err != nil {
		return nil, fmt.Errorf("the sound devices cannot be listed: %w", err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: this machine has no %s; connect one, and look whether the system lists it", ErrNoDevice, kinds[kind])
	}
	if c.name == "" {
		return nil, nil
	}
	var names []string
	for i, d := range found {
		if c.matches(d.Name()) {
			return &found[i].ID, nil
		}
		names = append(names, d.Name())
	}
	return nil, fmt.Errorf("%w: no %s is called %q; there are: %s", ErrNoDevice, kinds[kind], c.name, strings.Join(names, ", "))
}
