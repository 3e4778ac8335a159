package distributed_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/distributed"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
	"multitorch/twin"
)

type sample struct{ X, Class *torch.Tensor }

func (s sample) Samples() int { return s.X.Size(0) }

// samples are n points around three centres.
type samples int

func (n samples) Len() int { return int(n) }

func (n samples) Get(i int) (sample, error) {
	g := torch.NewGenerator(int64(i))
	return sample{torch.Randn([]int{8}, g).Add(i % 3), torch.New(i % 3)}, nil
}

// diary writes down what a run says, bit for bit; it is rank 0's.
type diary struct {
	out  string
	stop func(step int)
	save string
	keep func(step int) error
	from trainer.Start
}

func (*diary) Name() string { return "diary" }

func (d *diary) OnStart(s trainer.Start) error {
	d.from = s
	return nil
}

func (d *diary) OnStep(s trainer.Step) error {
	d.out += fmt.Sprintf("step %d of %d: %.9g\n", s.Step, s.Samples, s.Loss)
	if d.stop != nil {
		d.stop(s.Step)
	}
	if d.keep != nil {
		return d.keep(s.Step)
	}
	return nil
}

func (d *diary) OnEpoch(e trainer.Epoch) error {
	d.out += fmt.Sprintf("epoch %d: %.9g %.9g of %d training %.9g of %d\n", e.Epoch, e.Validate.Loss, e.Validate.Metric("accuracy"),
		e.Validate.Samples, e.Train.Metric("accuracy"), e.Train.Samples)
	return nil
}

func (d *diary) OnEnd(trainer.End) error {
	if d.save == "" {
		return nil
	}
	state, err := d.from.State()
	if err != nil {
		return err
	}
	return trainer.SaveState(d.save, state, nil)
}

// zero is a hook of rank 0 alone.
type zero struct{ *diary }

func (zero) RankZero() {}

// fit trains on 37 samples in batches of 12, so that the last has one. g may be nil.
func fit(ctx context.Context, g *distributed.Group, d *diary, resume string) error {
	torch.ManualSeed(5)
	model := nn.NewSequential(nn.NewLinear(8, 16), nn.NewTanh(), nn.NewLinear(16, 3))
	n := 37
	if os.Getenv("SAMPLES") != "" && g.Rank() == 1 {
		n, _ = strconv.Atoi(os.Getenv("SAMPLES"))
	}
	size := 12
	if os.Getenv("DROPOUT") != "" { // of parts of 4, 4 and 3 samples
		model, size = nn.NewSequential(nn.NewLinear(8, 16), nn.NewDropout(0.5), nn.NewTanh(), nn.NewLinear(16, 3)), 11
	}
	train, err := datasets.NewLoader(samples(n), datasets.BatchSize(size), datasets.Shuffle(true))
	must(err)
	validate, err := datasets.NewLoader(samples(10), datasets.BatchSize(3))
	must(err)
	params := nn.Parameters(model)
	adam := func(share []*nn.Parameter) optim.Optimizer { return optim.NewAdam(share, optim.LR(0.05)) }
	optimizer := adam(params)
	if os.Getenv("ZERO") != "" {
		optimizer, err = distributed.NewZeroRedundancyOptimizer(params, g, adam)
		must(err)
	}
	accumulate, _ := strconv.Atoi(os.Getenv("ACCUMULATE"))
	t := &trainer.Trainer[sample, metrics.Classified]{
		Model: model, Optimizer: optimizer, Epochs: 3, Train: train, Validate: validate,
		Step: func(s sample) (*torch.Tensor, metrics.Classified) {
			scores := model.Forward(s.X)
			return functional.CrossEntropy(scores, s.Class), metrics.Classified{Scores: scores, Target: s.Class}
		},
		Metrics:    []metrics.Metric[metrics.Classified]{metrics.NewAccuracy()},
		Hooks:      []trainer.Hook{zero{d}},
		Accumulate: accumulate, Group: g,
	}
	if os.Getenv("SAVED") != "" { // an optimizer beside the first one, as a GAN has it
		t.Saved = map[string]trainer.Stateful{"other": trainer.OfOptimizer(optimizer)}
	}
	if resume == "" {
		return t.Fit(ctx)
	}
	state, _, err := trainer.LoadState(resume)
	must(err)
	return t.Resume(ctx, state)
}

var trained = scene("trainer", func(ctx context.Context, g *distributed.Group) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d := &diary{}
	at, _ := strconv.Atoi(os.Getenv("STOP"))
	if at > 0 {
		d.save = os.Getenv("STATE")
		d.stop = func(step int) {
			if step == at {
				cancel() // on rank 0 alone
			}
		}
	}
	if end := map[string]error{"quit": trainer.ErrStop, "fail": errors.New("the disk is full")}[os.Getenv("HOOK")]; end != nil {
		d.save = os.Getenv("STATE")
		d.keep = func(step int) error {
			if step == 5 {
				return end
			}
			return nil
		}
	}
	err := fit(ctx, g, d, os.Getenv("RESUME"))
	var interrupted *trainer.InterruptedError
	if at > 0 && errors.As(err, &interrupted) {
		fmt.Println("interrupted after", interrupted.Place.Step)
		err = nil
	}
	fmt.Print(d.out)
	return err
})

// requireClose compares diaries, whose losses may differ in the sixth digit.
func requireClose(t *testing.T, want, got string) {
	t.Helper()
	a, b := strings.Fields(want), strings.Fields(got)
	require.Equal(t, len(a), len(b), "%s\nand\n%s", want, got)
	for i := range a {
		x, err := strconv.ParseFloat(a[i], 64)
		if y, err2 := strconv.ParseFloat(b[i], 64); err == nil && err2 == nil {
			require.InDelta(t, x, y, 1e-6*max(1, x), "%s\nand\n%s", want, got)
			continue
		}
		require.Equal(t, a[i], b[i])
	}
}

func alone(t *testing.T) string {
	t.Helper()
	d := &diary{}
	torch.SetNumThreads(1)
	require.NoError(t, fit(t.Context(), nil, d, ""))
	return d.out
}

// TestTrainerWithRanks: all there is to a run of several ranks is the group. Its batches, their last of one sample too, and its
// figures are those of a single process.
func TestTrainerWithRanks(t *testing.T) {
	want := alone(t)
	for _, n := range []int{2, 4} {
		out := play(t, n, trained)
		requireClose(t, want, out[0])
		for _, other := range out[1:] {
			require.Empty(t, other, "the hook is rank 0's")
		}
	}
	t.Setenv("ACCUMULATE", "2")
	want = alone(t)
	require.Equal(t, 6, strings.Count(want, "step"))
	requireClose(t, want, play(t, 2, trained)[0])
}

// TestTrainerResumesWithOtherRanks ends a run of four ranks in the middle of an epoch, on all of them after the same step, and
// goes on with two, and with one.
func TestTrainerResumesWithOtherRanks(t *testing.T) {
	want := alone(t)
	state := t.TempDir() + "/state.safetensors"
	out := play(t, 4, trained, "STOP=5", "STATE="+state)
	// Rank 0 says so with the next step, so that all do it.
	for _, o := range out {
		require.Contains(t, o, "interrupted after 6")
	}
	rest := want[strings.Index(want, "step 7"):]
	requireClose(t, rest, play(t, 2, trained, "RESUME="+state)[0])
	requireClose(t, rest, play(t, 1, trained, "RESUME="+state)[0])
}

// TestRanksGoOnWithTheirOwnRandomNumbers: ranks whose parts of a batch are of unequal sizes draw unequally many numbers, and a run
// that is resumed within an epoch goes on with each rank's own.
func TestRanksGoOnWithTheirOwnRandomNumbers(t *testing.T) {
	want := play(t, 3, trained, "DROPOUT=1")[0]
	require.Equal(t, want, play(t, 3, trained, "DROPOUT=1")[0])
	for _, at := range []string{"4", "5", "6"} { // an epoch has four steps
		state := t.TempDir() + "/state.safetensors"
		before := play(t, 3, trained, "DROPOUT=1", "STOP="+at, "STATE="+state)[0]
		done := strings.Count(before, "step")
		rest := play(t, 3, trained, "DROPOUT=1", "RESUME="+state)[0]
		require.Equal(t, want[strings.Index(want, fmt.Sprintf("step %d", done+1)):], rest, "after step %d", done)
	}
	state := t.TempDir() + "/state.safetensors"
	play(t, 3, trained, "DROPOUT=1", "STOP=5", "STATE="+state)
	require.Contains(t, play(t, 2, trained, "DROPOUT=1", "RESUME="+state)[0], "epoch 3", "fewer ranks go on, with rank 0's")
}

// savedOptimizers are the optimizers in a run's state, by the name of each of their tensors.
func savedOptimizers(t *testing.T, path string) (tensors map[string]*torch.Tensor, metadata map[string]any) {
	t.Helper()
	state, _, err := trainer.LoadState(path)
	require.NoError(t, err)
	saved, err := state.Dict("saved")
	require.NoError(t, err)
	tensors, metadata = map[string]*torch.Tensor{}, map[string]any{}
	for name, d := range map[string]any{"first": state.Get("optimizer"), "other": saved.Get("other")} {
		ts, err := d.(*torch.Dict).Dict("tensors")
		require.NoError(t, err)
		for key, v := range ts.All() {
			tensors[fmt.Sprint(name, " ", key)] = v.(*torch.Tensor)
		}
		meta, err := d.(*torch.Dict).Dict("metadata")
		require.NoError(t, err)
		for key, v := range meta.All() {
			metadata[fmt.Sprint(name, " ", key)] = v
		}
	}
	return tensors, metadata
}

// TestTrainerSavesShardedOptimizers: a run whose optimizer's state is shared out among four ranks saves what one with it whole on
// each saves, and goes on with two, with one, and without shares.
func TestTrainerSavesShardedOptimizers(t *testing.T) {
	want := alone(t)
	plain, zero := t.TempDir()+"/state.safetensors", t.TempDir()+"/state.safetensors"
	a := play(t, 4, trained, "STOP=5", "SAVED=1", "STATE="+plain)
	b := play(t, 4, trained, "STOP=5", "SAVED=1", "STATE="+zero, "ZERO=1")
	require.Equal(t, a, b)
	tensors, metadata := savedOptimizers(t, plain)
	got, gotMetadata := savedOptimizers(t, zero)
	require.Equal(t, metadata, gotMetadata)
	require.Len(t, got, len(tensors))
	require.Len(t, got, 2*3*4)
	for name, v := range tensors {
		twin.RequireEqual(t, v, got[name], name)
	}
	rest := want[strings.Index(want, "step 7"):]
	requireClose(t, rest, play(t, 2, trained, "SAVED=1", "RESUME="+zero, "ZERO=1")[0])
	requireClose(t, rest, play(t, 1, trained, "SAVED=1", "RESUME="+zero)[0])
	require.Equal(t, play(t, 4, trained, "SAVED=1", "RESUME="+plain), play(t, 4, trained, "SAVED=1", "RESUME="+zero, "ZERO=1"))
}

// TestHooksOfRankZeroEndRuns ends runs by a hook that the other ranks do not have: the state is saved all the same, and all
// of them end.
func TestHooksOfRankZeroEndRuns(t *testing.T) {
	want := alone(t)
	for how, zero := range map[string]string{"quit": "", "fail": "1"} {
		state := t.TempDir() + "/state.safetensors"
		for i, r := range begin(t, 2, trained, time.Minute, "ZERO="+zero, "HOOK="+how, "STATE="+state) {
			err := r.wait(t, 2*time.Minute)
			if how == "quit" {
				require.NoError(t, err, r.err.String())
				continue
			}
			require.Error(t, err)
			require.Contains(t, r.err.String(), []string{"the disk is full", "a hook of rank 0 has failed"}[i])
		}
		requireClose(t, want[strings.Index(want, "step 6"):], play(t, 2, trained, "RESUME="+state)[0])
	}
}

// TestRanksThatGoOnFromOtherPlaces: a machine with an older copy of the state is found before the first step.
func TestRanksThatGoOnFromOtherPlaces(t *testing.T) {
	state := t.TempDir() + "/state.safetensors"
	play(t, 2, trained, "STOP=5", "STATE="+state)
	port := freePort(t)
	for i := range 2 {
		env := []string{
			"SCENE=" + trained, "SCENE_TIMEOUT=1m", "MASTER_ADDR=127.0.0.1", "MASTER_PORT=" + port, "OMP_NUM_THREADS=1",
			"RANK=" + strconv.Itoa(i), "WORLD_SIZE=2",
		}
		if i == 0 {
			env = append(env, "RESUME="+state)
		}
		r := beginOne(t, env)
		defer func() {
			require.Error(t, r.wait(t, 2*time.Minute))
			require.Contains(t, r.err.String(), "rank 1 has a place after epoch 1, step 0, batch 0, where rank 0 has a place after epoch 2, step 6, batch 2")
		}()
	}
}

func TestRanksThatDisagreeOnTheData(t *testing.T) {
	for _, r := range begin(t, 2, trained, time.Minute, "SAMPLES=36") {
		require.Error(t, r.wait(t, 2*time.Minute))
		require.Contains(t, r.err.String(), "rank 1 disagrees with rank 0 on the run and its data: rank 1 has batches 3, where rank 0 has batches 4")
	}
}
