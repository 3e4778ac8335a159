"""Writes multimodal/audio/testdata/golden.npz: features by librosa, torchaudio, kaldi-native-fbank and Whisper's formulas.

usage: python scripts/golden/audio.py multimodal/audio/testdata     (librosa, torchaudio, kaldi-native-fbank, soxr, transformers)
"""
import os, sys, warnings
import numpy as np, torch, librosa, torchaudio, kaldi_native_fbank as knf, soxr
import torchaudio.functional as F, torchaudio.transforms as T

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
out = {}


def save(**values):
    for k, v in values.items():
        if isinstance(v, np.ndarray):
            v = torch.from_numpy(np.ascontiguousarray(v))
        if v.is_complex():
            v = torch.view_as_real(v)
        if v.dtype == torch.float64:
            v = v.float()
        assert k not in out
        out[k] = v.contiguous().clone()


sr = 16000
rng = np.random.default_rng(0)
n = 4000
t = np.arange(n) / sr
x = 0.5 * np.sin(2 * np.pi * (100 * t + 4000 * t * t)) + 0.02 * rng.standard_normal(n)
x[1500:2000] *= 0.05
x = x.astype(np.float32)
tx = torch.from_numpy(x)
save(x=tx)

# Filter banks, each with settings of its own.
for norm in None, "slaney":
    for scale in "htk", "slaney":
        name = "%s_%s" % (scale, norm or "none")
        save(**{"fb_torchaudio_" + name: F.melscale_fbanks(101, 20.0, 3800.0, 12, 8000, norm, scale)})
        save(**{"fb_librosa_" + name: librosa.filters.mel(sr=8000, n_fft=200, n_mels=12, fmin=20, fmax=3800, htk=scale == "htk", norm=norm).T})
save(dct_ortho=F.create_dct(13, 40, "ortho"), dct_none=F.create_dct(13, 40, None))

# librosa
kw = dict(n_fft=512, hop_length=160, win_length=400)
mel = librosa.feature.melspectrogram(y=x, sr=sr, n_mels=40, **kw)
mfcc = librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=13)
save(librosa_stft=librosa.stft(x, **kw), librosa_mel=mel, librosa_db=librosa.power_to_db(mel), librosa_db_max=librosa.power_to_db(mel, ref=np.max),
     librosa_mfcc=mfcc, librosa_mfcc_lifter=librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=13, lifter=22),
     librosa_default_mfcc=librosa.feature.mfcc(y=x, sr=22050),
     librosa_amplitude_db=librosa.amplitude_to_db(np.abs(librosa.stft(x, **kw))[:40]),
     librosa_mel_magnitude=librosa.feature.melspectrogram(y=x, sr=sr, n_mels=20, power=1.0, fmin=50, fmax=7000, htk=True, norm=None, **kw),
     librosa_delta=librosa.feature.delta(mfcc), librosa_delta2=librosa.feature.delta(mfcc, order=2), librosa_delta5=librosa.feature.delta(mfcc, width=5),
     librosa_preemphasis=librosa.effects.preemphasis(x), librosa_rms=librosa.feature.rms(y=x, frame_length=512, hop_length=160)[0],
     librosa_zcr=librosa.feature.zero_crossing_rate(x, frame_length=512, hop_length=160)[0])
S = np.abs(librosa.stft(x, **kw))
save(librosa_centroid=librosa.feature.spectral_centroid(S=S, sr=sr)[0], librosa_rolloff=librosa.feature.spectral_rolloff(S=S, sr=sr)[0],
     librosa_bandwidth=librosa.feature.spectral_bandwidth(S=S, sr=sr)[0])
save(chroma_filters=librosa.filters.chroma(sr=sr, n_fft=512, tuning=0.1).T, librosa_chroma=librosa.feature.chroma_stft(S=S ** 2, sr=sr, n_fft=512, tuning=0.1))
env = librosa.onset.onset_strength(S=librosa.power_to_db(mel), sr=sr, hop_length=160, n_fft=512)
save(librosa_onset_strength=env)
clicks = np.zeros(3 * sr, np.float32)
for s in 0.2, 0.5, 1.1, 1.15, 2.0, 2.7:
    i = int(s * sr)
    clicks[i:i + 800] += (np.exp(-np.arange(800) / 100) * np.sin(2 * np.pi * 1000 * np.arange(800) / sr)).astype(np.float32)
clicks += 0.001 * rng.standard_normal(len(clicks)).astype(np.float32)
clicks_env = librosa.onset.onset_strength(y=clicks, sr=sr, hop_length=160, n_fft=512, n_mels=40)
save(clicks_env=clicks_env, clicks_onsets=librosa.onset.onset_detect(onset_envelope=clicks_env, sr=sr, hop_length=160))
quiet = np.concatenate([np.zeros(3000), x, 1e-5 * rng.standard_normal(4000), x[:3000], np.zeros(2001)]).astype(np.float32)
save(quiet=quiet, quiet_trim=librosa.effects.trim(quiet, top_db=40, frame_length=512, hop_length=160)[1],
     quiet_split=librosa.effects.split(quiet, top_db=40, frame_length=512, hop_length=160))
pitch = np.sin(2 * np.pi * np.cumsum(np.linspace(110, 330, n)) / sr) + 0.3 * np.sin(4 * np.pi * np.cumsum(np.linspace(110, 330, n)) / sr)
pitch = (0.3 * pitch + 0.001 * rng.standard_normal(n)).astype(np.float32)
save(pitch=pitch, librosa_yin=librosa.yin(pitch, fmin=80, fmax=500, sr=sr, frame_length=1024, hop_length=256))
save(librosa_yin_noise=librosa.yin(x, fmin=80, fmax=500, sr=sr, frame_length=1024, hop_length=256))
save(griffinlim_librosa=librosa.griffinlim(S, n_iter=8, hop_length=160, win_length=400, n_fft=512, init=None))

# torchaudio
tkw = dict(n_fft=512, hop_length=160, win_length=400)
save(torchaudio_spectrogram=T.Spectrogram(**tkw)(tx), torchaudio_complex=T.Spectrogram(n_fft=256, power=None, normalized=True)(tx),
     torchaudio_mel=T.MelSpectrogram(sr, n_mels=40, **tkw)(tx), torchaudio_default_mel=T.MelSpectrogram(sr)(tx[:3200]),
     torchaudio_mel_slaney=T.MelSpectrogram(sr, n_mels=20, f_min=40, f_max=7600, norm="slaney", mel_scale="slaney", power=1.0, **tkw)(tx),
     torchaudio_db=T.AmplitudeToDB()(T.MelSpectrogram(sr, n_mels=40, **tkw)(tx)), torchaudio_db_top=T.AmplitudeToDB(top_db=20)(T.Spectrogram(**tkw)(tx)[:30]),
     torchaudio_mfcc=T.MFCC(sr, n_mfcc=13, melkwargs=dict(n_mels=40, **tkw))(tx),
     torchaudio_mfcc_log=T.MFCC(sr, n_mfcc=13, log_mels=True, melkwargs=dict(n_mels=40, **tkw))(tx),
     torchaudio_deltas=F.compute_deltas(T.MFCC(sr, n_mfcc=13, melkwargs=dict(n_mels=40, **tkw))(tx)),
     torchaudio_preemphasis=F.preemphasis(tx), torchaudio_centroid=T.SpectralCentroid(sr, **tkw)(tx),
     torchaudio_mulaw=F.mu_law_encoding(tx, 256), torchaudio_mulaw_back=F.mu_law_decoding(F.mu_law_encoding(tx, 256), 256))
for i, (o, m, kw) in enumerate([(16000, 8000, {}), (16000, 22050, {}), (44100, 16000, {}), (8000, 16000, dict(lowpass_filter_width=16, rolloff=0.9)),
                                (16000, 22050, dict(resampling_method="sinc_interp_kaiser")),
                                (22050, 8000, dict(resampling_method="sinc_interp_kaiser", lowpass_filter_width=20, beta=8.0))]):
    save(**{"resample_%d" % i: T.Resample(o, m, **kw)(tx[:2500]), "resample_function_%d" % i: F.resample(tx[:2500], o, m, **kw)})
smooth = (0.5 * np.sin(2 * np.pi * (700 * t + 2000 * t * t))).astype(np.float32)  # 700 to 2300 Hz
save(smooth=smooth)
for rate in 8000, 22050, 44100:
    save(**{"soxr_hq_%d" % rate: soxr.resample(smooth, sr, rate, "HQ")})
tspec = T.Spectrogram(**tkw)(tx)
save(griffinlim_torchaudio=F.griffinlim(tspec, torch.hann_window(400), 512, 160, 400, 2.0, 8, 0.99, None, False))
noise = torch.from_numpy(rng.standard_normal((2, n)).astype(np.float32))
two = torch.stack([tx, tx.flip(0)])
save(noise=noise, add_noise=F.add_noise(two, noise, torch.tensor([5.0, -3.0])), add_noise_lengths=F.add_noise(two, noise, torch.tensor([5.0, -3.0]), torch.tensor([2500, 4000])))
spec3 = torch.from_numpy(rng.standard_normal((3, 20, 50)).astype(np.float32))
save(spec3=spec3)
torch.manual_seed(3)
save(mask_freq=T.FrequencyMasking(8)(spec3), mask_time=T.TimeMasking(30, p=0.4)(spec3), mask_iid=T.TimeMasking(20, iid_masks=True)(spec3),
     mask_freq_iid=T.FrequencyMasking(9, iid_masks=True)(spec3, 1.5), mask_spec_augment=T.SpecAugment(2, 20, 2, 8)(spec3),
     mask_spec_augment_same=T.SpecAugment(2, 20, 2, 8, iid_masks=False, zero_masking=True)(spec3))

# Kaldi
def kaldi(kind, samples=x, **kw):
    o = knf.FbankOptions() if kind == "fbank" else knf.MfccOptions()
    o.frame_opts.dither, o.frame_opts.samp_freq, o.frame_opts.snip_edges = 0, sr, kw.get("snip_edges", True)
    o.mel_opts.num_bins = kw.get("bins", 23)
    o.energy_floor = 0.0
    o.frame_opts.window_type = kw.get("window", "povey")
    if "high" in kw:
        o.mel_opts.high_freq = kw["high"]
    if kind == "mfcc":
        o.use_energy = kw.get("use_energy", True)
    f = (knf.OnlineFbank if kind == "fbank" else knf.OnlineMfcc)(o)
    f.accept_waveform(sr, (samples * 32768).tolist())
    f.input_finished()
    return np.stack([f.get_frame(i) for i in range(f.num_frames_ready)]).T


save(kaldi_fbank=kaldi("fbank"), kaldi_fbank40=kaldi("fbank", bins=40, high=-400.0), kaldi_fbank_edges=kaldi("fbank", snip_edges=False),
     kaldi_hamming=kaldi("fbank", window="hamming"), kaldi_hanning=kaldi("fbank", window="hanning"),
     kaldi_mfcc=kaldi("mfcc"), kaldi_mfcc_c0=kaldi("mfcc", use_energy=False))


# Whisper, as openai/whisper's audio.py computes it.
def whisper(samples, mels):
    window = torch.hann_window(400)
    stft = torch.stft(samples, 400, 160, window=window, return_complex=True)
    magnitudes = stft[..., :-1].abs() ** 2
    filters = torch.from_numpy(librosa.filters.mel(sr=16000, n_fft=400, n_mels=mels))
    log_spec = torch.clamp(filters @ magnitudes, min=1e-10).log10()
    log_spec = torch.maximum(log_spec, log_spec.max() - 8.0)
    return (log_spec + 4.0) / 4.0


padded = torch.nn.functional.pad(tx, (0, 480000 - n))
save(whisper80=whisper(tx, 80), whisper128=whisper(tx, 128)[:, :10], whisper_30s=whisper(padded, 80)[:, :60])

path = os.path.join(sys.argv[1], "golden.npz")
np.savez_compressed(path, **{k: v.numpy() for k, v in out.items()})
print(os.path.getsize(path), len(out))
