/* serve_accepted.h: options that start scripts made for ComfyUI carry, and that mean nothing here. */
#ifndef LM_CLI_SERVE_ACCEPTED_H
#define LM_CLI_SERVE_ACCEPTED_H

#include "core/cli/command.h"

/* Rows for serve's table: understood, hidden, and answered by a note, which is their doc. Options without a note are
 * not here: what is not understood is refused. Source: ComfyUI 0.3.64's comfy/cli_args.py. */
#define LM_NOTED(name_, value_, note_) { name_, value_, note_, NULL, true }
#define LM_ONE_CLASS   "--precision says in what is computed, for all parts"
#define LM_ONE_DEVICE  "--device says on what is computed"
#define LM_ONE_LIMIT   "--ram-limit and --vram-limit say how much memory is used"
#define LM_ONE_WAY     "there is one attention here, the fastest we know"
#define LM_NO_BROWSER  "no browser is opened"
#define LM_NO_PYTHON   "no Python nodes run here; --no-plugins leaves plugins out"
#define LM_NO_CUDA     "this build computes on the CPU"
#define LM_NOTHING     "it changes nothing here"
#define LM_ALWAYS_GZIP "texts are always compressed for clients that accept it"

#define LM_OPTIONS_ACCEPTED                                                                    \
    LM_NOTED("--cpu", NULL, LM_ONE_DEVICE), LM_NOTED("--gpu-only", NULL, LM_ONE_DEVICE),       \
    LM_NOTED("--directml", "[N]", LM_ONE_DEVICE), LM_NOTED("--cuda-device", "N", LM_NO_CUDA),  \
    LM_NOTED("--default-device", "N", LM_NO_CUDA), LM_NOTED("--cuda-malloc", NULL, LM_NO_CUDA), \
    LM_NOTED("--disable-cuda-malloc", NULL, LM_NO_CUDA),                                       \
    LM_NOTED("--oneapi-device-selector", "NAME", LM_ONE_DEVICE),                               \
    LM_NOTED("--disable-ipex-optimize", NULL, LM_NOTHING),                                     \
    LM_NOTED("--supports-fp8-compute", NULL, LM_ONE_CLASS),                                    \
    LM_NOTED("--highvram", NULL, LM_ONE_LIMIT), LM_NOTED("--normalvram", NULL, LM_ONE_LIMIT),  \
    LM_NOTED("--lowvram", NULL, LM_ONE_LIMIT), LM_NOTED("--novram", NULL, LM_ONE_LIMIT),       \
    LM_NOTED("--reserve-vram", "GB", LM_ONE_LIMIT), LM_NOTED("--disable-smart-memory", NULL, LM_ONE_LIMIT), \
    LM_NOTED("--enable-compress-response-body", NULL, LM_ALWAYS_GZIP),                         \
    LM_NOTED("--async-offload", "[N]", LM_NOTHING), LM_NOTED("--disable-async-offload", NULL, LM_NOTHING), \
    LM_NOTED("--force-non-blocking", NULL, LM_NOTHING), LM_NOTED("--mmap-torch-files", NULL, LM_NOTHING), \
    LM_NOTED("--disable-mmap", NULL, LM_NOTHING), LM_NOTED("--disable-pinned-memory", NULL, LM_NOTHING), \
    LM_NOTED("--force-fp32", NULL, LM_ONE_CLASS), LM_NOTED("--force-fp16", NULL, LM_ONE_CLASS), \
    LM_NOTED("--fp32-unet", NULL, LM_ONE_CLASS), LM_NOTED("--fp64-unet", NULL, LM_ONE_CLASS),  \
    LM_NOTED("--bf16-unet", NULL, LM_ONE_CLASS), LM_NOTED("--fp16-unet", NULL, LM_ONE_CLASS),  \
    LM_NOTED("--fp8_e4m3fn-unet", NULL, LM_ONE_CLASS), LM_NOTED("--fp8_e5m2-unet", NULL, LM_ONE_CLASS), \
    LM_NOTED("--fp8_e8m0fnu-unet", NULL, LM_ONE_CLASS), LM_NOTED("--fp16-vae", NULL, LM_ONE_CLASS), \
    LM_NOTED("--fp32-vae", NULL, LM_ONE_CLASS), LM_NOTED("--bf16-vae", NULL, LM_ONE_CLASS),    \
    LM_NOTED("--cpu-vae", NULL, LM_ONE_DEVICE), LM_NOTED("--fp8_e4m3fn-text-enc", NULL, LM_ONE_CLASS), \
    LM_NOTED("--fp8_e5m2-text-enc", NULL, LM_ONE_CLASS), LM_NOTED("--fp16-text-enc", NULL, LM_ONE_CLASS), \
    LM_NOTED("--fp32-text-enc", NULL, LM_ONE_CLASS), LM_NOTED("--bf16-text-enc", NULL, LM_ONE_CLASS), \
    LM_NOTED("--force-channels-last", NULL, LM_NOTHING),                                       \
    LM_NOTED("--use-split-cross-attention", NULL, LM_ONE_WAY),                                 \
    LM_NOTED("--use-quad-cross-attention", NULL, LM_ONE_WAY),                                  \
    LM_NOTED("--use-pytorch-cross-attention", NULL, LM_ONE_WAY),                               \
    LM_NOTED("--use-sage-attention", NULL, LM_ONE_WAY), LM_NOTED("--use-flash-attention", NULL, LM_ONE_WAY), \
    LM_NOTED("--disable-xformers", NULL, LM_ONE_WAY), LM_NOTED("--force-upcast-attention", NULL, LM_ONE_WAY), \
    LM_NOTED("--dont-upcast-attention", NULL, LM_ONE_WAY), LM_NOTED("--fast", "[WHAT]...", LM_ONE_CLASS), \
    LM_NOTED("--deterministic", NULL, "the same workflow gives the same picture, always"),     \
    LM_NOTED("--auto-launch", NULL, LM_NO_BROWSER), LM_NOTED("--disable-auto-launch", NULL, LM_NO_BROWSER), \
    LM_NOTED("--windows-standalone-build", NULL, LM_NO_BROWSER),                               \
    LM_NOTED("--dont-print-server", NULL, LM_NOTHING), LM_NOTED("--log-stdout", NULL, "the log goes to stderr"), \
    LM_NOTED("--disable-all-custom-nodes", NULL, LM_NO_PYTHON),                                \
    LM_NOTED("--whitelist-custom-nodes", "NAME...", LM_NO_PYTHON),                             \
    LM_NOTED("--disable-api-nodes", NULL, "no nodes here call other services"),                \
    LM_NOTED("--enable-manager", NULL, LM_NO_PYTHON),                                          \
    LM_NOTED("--multi-user", NULL, "there is one user here"),                                  \
    LM_NOTED("--front-end-version", "NAME", "no front end is downloaded; --front-end DIR serves one that is there"), \
    LM_NOTED("--comfy-api-base", "URL", "no nodes here call other services"),                  \
    LM_NOTED("--database-url", "URL", "queue and history are in BASE/state"),                  \
    LM_NOTED("--default-hashing-function", "NAME", LM_NOTHING),                                \
    LM_NOTED("--tls-keyfile", "FILE", ""), LM_NOTED("--tls-certfile", "FILE", "") /* refused, with a sentence */

#endif
