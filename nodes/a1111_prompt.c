/* a1111_prompt.c: prompts as A1111 reads them, spelled as ComfyUI reads them.
 *
 * The way of a prompt: <lora:…> goes, AND parts it, [a:b:0.5] and [a|b] are settled, brackets become weights,
 * BREAK parts once more, and what is left is written down with one pair of brackets around each weight. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "nodes/a1111_parts.h"

bool lm_a1111_is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Does `word` stand at s[i], with no letter before or behind it? */
bool lm_a1111_word_at(const char *s, size_t i, size_t n, const char *word)
{
    const size_t length = strlen(word);

    return n - i >= length && !memcmp(s + i, word, length) && (i == 0 || !lm_a1111_is_word(s[i - 1])) &&
           (i + length == n || !lm_a1111_is_word(s[i + length]));
}

bool lm_a1111_number_at(const char *s, size_t n, double *out)
{
    char  text[32], *end;
    size_t from = 0;

    while (from < n && isspace((unsigned char)s[from]))
        from++;
    while (n > from && isspace((unsigned char)s[n - 1]))
        n--;
    if (n == from || n - from >= sizeof text || strspn(s + from, "+-.0123456789") < n - from)
        return false;
    memcpy(text, s + from, n - from);
    text[n - from] = 0;
    *out = strtod(text, &end);
    return !*end;
}

/* ------------------------------------------------------------------ <lora:name:0.8> */

static void add_lora(lm_a1111_prompt *p, const char *name, size_t n, double model, double clip)
{
    p->loras = lm_grow(p->loras, (size_t)(p->n_loras + 1) * sizeof *p->loras);
    p->loras[p->n_loras++] = (lm_a1111_lora){ lm_copy_bytes(name, n), model, clip };
}

/* "name:0.8", "name:0.8:0.5" (text encoder, then denoiser) or "name:te=0.8:unet=0.5". */
static void read_lora(lm_a1111_prompt *p, const char *s, size_t n, lm_text *notes)
{
    const char *end = s + n, *colon = memchr(s, ':', n), *name_end = colon ? colon : end;
    double      value, clip = 1.0, model = NAN;
    int         place = 0;

    while (colon) {
        const char  *word = colon + 1;
        size_t       length;
        const char  *next = memchr(word, ':', (size_t)(end - word));

        length = (size_t)((next ? next : end) - word);
        if (length > 3 && !memcmp(word, "te=", 3) && lm_a1111_number_at(word + 3, length - 3, &value))
            clip = value;
        else if (length > 5 && !memcmp(word, "unet=", 5) && lm_a1111_number_at(word + 5, length - 5, &value))
            model = value;
        else if (lm_a1111_number_at(word, length, &value))
            *(place++ ? &model : &clip) = value;
        else
            lm_a1111_note(notes, "of the LoRA %.*s, \"%.*s\" is left out", (int)(name_end - s), s,
                          (int)length, word);
        colon = next;
    }
    add_lora(p, s, (size_t)(name_end - s), isnan(model) ? clip : model, clip);
}

/* The end of "<word:anything>" at s[i], or 0; *colon: behind the word's. */
static size_t network_end(const char *s, size_t i, size_t n, size_t *colon)
{
    const char *end = memchr(s + i, '>', n - i);
    size_t      k = i + 1;

    while (k < n && lm_a1111_is_word(s[k]))
        k++;
    *colon = k + 1;
    return end && k > i + 1 && k < n && s[k] == ':' && (size_t)(end - s) > k + 1 ? (size_t)(end - s) + 1 : 0;
}

/* The prompt without its extra networks. [new] */
static char *take_networks(lm_a1111_prompt *p, const char *s, lm_text *notes)
{
    const size_t n = strlen(s);
    lm_text      out = { 0 };
    bool         open = strchr(s, '>') != NULL;
    size_t       colon, end;

    for (size_t i = 0; i < n; i++) {
        end = s[i] == '<' && open ? network_end(s, i, n, &colon) : 0;
        if (end && (!strncasecmp(s + i, "<lora:", 6) || !strncasecmp(s + i, "<lyco:", 6)))
            read_lora(p, s + colon, end - 1 - colon, notes);
        else if (end)
            lm_a1111_note(notes, "%.*s is left out: limn has no such network", (int)(end - i), s + i);
        else
            lm_text_add(&out, s + i, 1);
        if (s[i] == '<' && open)
            open = memchr(s + i, '>', n - i) != NULL;
        i = end ? end - 1 : i;
    }
    return lm_text_take(&out);
}

/* ------------------------------------------------------------------ parts */

/* "words :0.7" is words and a weight. */
static double take_weight(const char *s, size_t *n)
{
    const char *colon = memrchr(s, ':', *n);
    double      weight;

    if (!colon || !lm_a1111_number_at(colon + 1, (size_t)(s + *n - colon - 1), &weight))
        return 1.0;
    *n = (size_t)(colon - s);
    return weight;
}

static void add_part(lm_a1111_prompt *p, const char *s, size_t n, const lm_a1111_reading *how)
{
    lm_a1111_part part = { .weight = how->joined ? take_weight(s, &n) : 1.0 };
    char         *raw = lm_copy_bytes(s, n), *settled = lm_a1111_without_edits(raw, how);

    lm_a1111_write_part(&part, settled, how, &p->weighted);
    lm_free(raw);
    lm_free(settled);
    p->parts = lm_grow(p->parts, (size_t)(p->n_parts + 1) * sizeof *p->parts);
    p->parts[p->n_parts++] = part;
}

void lm_a1111_prompt_read(lm_a1111_prompt *out, const char *text, const lm_a1111_reading *how)
{
    char        *s;
    size_t       n, from = 0;

    *out = (lm_a1111_prompt){ 0 };
    s = take_networks(out, text, how->notes);
    n = strlen(s);
    for (size_t i = 0; i < n && how->joined; i++)
        if (s[i] == 'A' && lm_a1111_word_at(s, i, n, "AND")) {
            add_part(out, s + from, i - from, how);
            from = i + 3;
        }
    add_part(out, s + from, n - from, how);
    lm_free(s);
}

void lm_a1111_prompt_done(lm_a1111_prompt *p)
{
    for (int i = 0; i < p->n_parts; i++) {
        for (int k = 0; k < p->parts[i].n_chunks; k++)
            lm_free(p->parts[i].chunks[k]);
        lm_free(p->parts[i].chunks);
    }
    for (int i = 0; i < p->n_loras; i++)
        lm_free(p->loras[i].name);
    lm_free(p->parts);
    lm_free(p->loras);
}
