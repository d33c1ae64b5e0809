"""What all three trainings share: workers that average gradients, the learning rate's course, saving, averaging."""
import copy
import json
import os
import random
import time
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def pick_device(name):
    if name != "auto":
        return torch.device(name)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def launch(stage, options):
    """Runs stage(options, worker) in as many processes as asked; on a CPU that beats as many threads."""
    if options.workers == 1:
        stage(options, 0)
        return
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29517")
    mp.spawn(enter, args=(stage, options), nprocs=options.workers)


def enter(worker, stage, options):
    dist.init_process_group("gloo", rank=worker, world_size=options.workers)
    stage(options, worker)
    dist.destroy_process_group()


def settle(options, worker, stage):
    """Threads and the two random sources of one worker."""
    torch.set_num_threads(options.threads)
    seed = options.seed * 1009 + worker * 101 + sum(map(ord, stage))
    torch.manual_seed(seed)
    return random.Random(seed)


def share(batch, options):
    """What one worker does of a batch."""
    return max(1, batch // options.workers)


def average_gradients(parameters):
    if not dist.is_initialized():
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([g.flatten() for g in gradients])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    for g, part in zip(gradients, flat.split([g.numel() for g in gradients])):
        g.copy_(part.view_as(g))


def agree(value):
    """The first worker's number, for all: so that clocks end a stage in the same step everywhere."""
    if not dist.is_initialized():
        return value
    box = torch.tensor([float(value)], dtype=torch.float64)
    dist.broadcast(box, 0)
    return box.item()


def course(progress, step, cooling=0.3, floor=0.02, warm_up=40):
    """Learning rate factor: a short rise, level, then a straight fall over the last part."""
    fall = 1.0 if progress < 1 - cooling else floor + (1 - floor) * max(0.0, 1 - progress) / cooling
    return min(1.0, (step + 1) / warm_up) * fall


class Average:
    """A running mean of the weights; young means forget faster."""
    def __init__(self, model, decay):
        self.model, self.decay, self.steps = copy.deepcopy(model).requires_grad_(False), decay, 0

    @torch.no_grad()
    def follow(self, model):
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 10))
        for mine, its in zip(self.model.parameters(), model.parameters()):
            mine.lerp_(its, 1 - decay)


class Trainer:
    """Steps, clock, optimiser, average and the file that a stopped run goes on from."""
    def __init__(self, options, worker, rng, name, model, rate, steps, minutes, decay=0.998, cooling=0.3):
        self.path, self.rng = Path(options.work) / f"{name}.pt", rng
        self.worker, self.name, self.model = worker, name, model
        self.rate, self.steps, self.minutes, self.cooling = rate, steps, minutes, cooling
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=rate, betas=(0.9, 0.99), weight_decay=1e-3)
        self.average = Average(model, decay)
        self.step, self.spent, self.losses = 0, 0.0, []
        self.saved = self.began = time.monotonic()
        self.resume()

    def resume(self):
        if not self.path.exists():
            return
        state = torch.load(self.path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.model.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.spent, self.average.steps = state["step"], state["spent"], state["step"]
        torch.manual_seed(torch.initial_seed() + self.step)         # else the first pictures would come once more
        self.rng.seed(f"{self.rng.random()} {self.step}")

    def save(self):
        self.saved = time.monotonic()
        if self.worker:
            return
        state = {"model": self.model.state_dict(), "average": self.average.model.state_dict(),
                 "optimizer": self.optimizer.state_dict(), "step": self.step, "spent": self.seconds()}
        partial = self.path.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, self.path)

    def seconds(self):
        return self.spent + time.monotonic() - self.began

    def progress(self):
        by_clock = self.seconds() / (60 * self.minutes) if self.minutes else 0.0
        return agree(max(self.step / self.steps, by_clock))

    def go_on(self):
        """True while there is work; sets the learning rate of the coming step."""
        self.at = self.progress()
        if self.at >= 1:
            self.save()
            return False
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * course(self.at, self.step, self.cooling)
        return True

    def learn(self, loss):
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.average.follow(self.model)
        self.step += 1
        self.losses.append(loss.item())
        if self.step % 50 == 0:
            self.tell()
        if time.monotonic() - self.saved > 120:
            self.save()

    def tell(self):
        if self.worker == 0:
            line = {"stage": self.name, "step": self.step, "minutes": round(self.seconds() / 60, 2),
                    "loss": round(sum(self.losses) / len(self.losses), 5), "done": round(self.at, 3)}
            print(json.dumps(line), flush=True)
        self.losses.clear()


def load_average(options, name, model):
    """The averaged weights of a finished (or running) stage, into model."""
    state = torch.load(Path(options.work) / f"{name}.pt", weights_only=True)
    model.load_state_dict(state["average"])
    return model, {"step": state["step"], "minutes": state["spent"] / 60}
