"""Noise levels of Stable Diffusion 1.x, and the walks from noise to latent that the evaluation takes."""
import torch

STEPS = 1000


def alphas_cumprod():
    betas = torch.linspace(0.00085 ** 0.5, 0.012 ** 0.5, STEPS, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0)


ALPHAS = alphas_cumprod()
SIGMAS = ((1 - ALPHAS) / ALPHAS).sqrt()
LOG_SIGMAS = SIGMAS.log()


def add_noise(z, noise, t):
    a = ALPHAS.to(z)[t.to(z.device)][:, None, None, None]
    return a.sqrt() * z + (1 - a).sqrt() * noise


def sigma_at(t):
    """Between two steps log sigma is a straight line."""
    low = t.floor().long().clamp(0, STEPS - 2)
    return torch.lerp(LOG_SIGMAS[low], LOG_SIGMAS[low + 1], t - low).exp()


def normal(steps):
    return torch.cat([sigma_at(torch.linspace(STEPS - 1, 0, steps, dtype=torch.float64)), torch.zeros(1)])


def karras(steps, rho=7.0):
    high, low = SIGMAS[-1] ** (1 / rho), SIGMAS[0] ** (1 / rho)
    return torch.cat([(high + torch.linspace(0, 1, steps, dtype=torch.float64) * (low - high)) ** rho, torch.zeros(1)])


def uniform(steps):
    """Every (1000 / steps)-th step of the table, as DDIM takes them."""
    at = torch.arange(1, STEPS, STEPS // steps)
    return torch.cat([SIGMAS[at].flip(0), torch.zeros(1)])


def guided(unet, context, empty, cfg):
    """x, sigma -> the clean latent, led by the prompt.  context, empty: [N, 77, 64]"""
    both = torch.cat([context, empty])

    def denoise(x, sigma):
        t = (LOG_SIGMAS - sigma.log()).abs().argmin().expand(len(x)).to(x.device)
        scaled = x / (sigma.item() ** 2 + 1) ** 0.5
        if cfg == 1:
            noise = unet(scaled, t, context)
        else:
            yes, no = unet(torch.cat([scaled, scaled]), torch.cat([t, t]), both).chunk(2)
            noise = no + cfg * (yes - no)
        return x - sigma.item() * noise
    return denoise


def euler(denoise, x, sigmas, _rng):
    for now, to in zip(sigmas, sigmas[1:]):
        x = x + (x - denoise(x, now)) * ((to - now) / now).item()
    return x


def euler_ancestral(denoise, x, sigmas, rng):
    for now, to in zip(sigmas, sigmas[1:]):
        up = min(to, (to ** 2 * (now ** 2 - to ** 2) / now ** 2).sqrt())
        down = (to ** 2 - up ** 2).sqrt()
        x = x + (x - denoise(x, now)) * ((down - now) / now).item()
        x = x + up.item() * torch.randn(x.shape, generator=rng).to(x)
    return x


def heun(denoise, x, sigmas, _rng):
    for now, to in zip(sigmas, sigmas[1:]):
        slope = (x - denoise(x, now)) / now.item()
        ahead = x + slope * (to - now).item()
        if to > 0:
            slope = (slope + (ahead - denoise(ahead, to)) / to.item()) / 2
        x = x + slope * (to - now).item()
    return x


def dpmpp_2m(denoise, x, sigmas, _rng):
    """DPM-Solver++(2M), Lu et al. 2022."""
    before, step_before = None, None
    for now, to in zip(sigmas, sigmas[1:]):
        clean, step = denoise(x, now), now.log() - to.log()
        guess = clean
        if before is not None and to > 0:
            ratio = (step_before / step).item()
            guess = clean + (clean - before) / (2 * ratio)
        x = (to / now).item() * x - torch.expm1(-step).item() * guess
        before, step_before = clean, step
    return x


SCHEDULES = {"normal": normal, "karras": karras, "ddim_uniform": uniform}
SAMPLERS = {"euler": euler, "euler_ancestral": euler_ancestral, "heun": heun, "dpmpp_2m": dpmpp_2m}


def start(seeds, size, sigma):
    """A seed a picture: the same picture whatever batch it is in."""
    noise = [torch.randn(4, size, size, generator=torch.Generator().manual_seed(s)) for s in seeds]
    return torch.stack(noise) * (1 + sigma.item() ** 2) ** 0.5
