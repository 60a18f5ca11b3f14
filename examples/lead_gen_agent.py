#!/usr/bin/env python3
"""The demo: an agent works through 100 leads under @protect_agent, against a simulated provider that misbehaves.

Lead 34: the provider fails until the circuit opens; it closes again, and no lead is lost. Lead 67: the model writes personal data, cut
over many stream chunks; it arrives redacted. Lead 85: the budget warning. Then the same agent with a smaller budget, which stops it
exactly there, before the 85th answer is paid. The simulator keeps its own bill, and at the end the two must agree to the picodollar.

Exit status: 0 all went as it must (the second agent's stop included), 1 something did not, 2 wrong usage, 130 interrupted.
"""
from __future__ import annotations

import argparse
import os
import signal
import sys
import time

import httpx

from iron_cage import BudgetExceeded, CircuitOpen, count_tokens, protect_agent
from iron_cage.testing import ProviderSimulator

from _lead_gen_screen import Screen, dollars
from _lead_gen_stage import WARN_AT, Evidence, Plan, Stage, delta_of, verify

MODEL = "gpt-4o"

# ---- The agent: this much you would write yourself ---------------------------------------------------------------------------------


def make_agent(http, budget_usd, on_event=None):
    """An agent with a budget of its own. It qualifies one lead per call."""

    @protect_agent(
        budget_usd=budget_usd, warn_at=0.8, pii_detection=True,
        circuit_breaker={"failure_threshold": 3, "recovery_timeout": 1.0}, on_event=on_event,
    )
    def qualify(lead):
        while True:  # a server error is tried again; CircuitOpen ends this when it happens too often in a row
            with http.stream("POST", "/chat/completions", json=chat_request(lead)) as response:
                if response.status_code >= 500:
                    continue
                response.raise_for_status()
                if lead.streamed:
                    return "".join(delta_of(line) for line in response.iter_lines())
                response.read()
                return response.json()["choices"][0]["message"]["content"]

    return qualify


def work_through(qualify, leads, waiting=lambda lead, seconds: None):
    """Yields (lead, answer). While the provider's circuit is open it waits, so that no lead is lost."""
    for lead in leads:
        while True:
            try:
                yield lead, qualify(lead)
                break
            except CircuitOpen as refused:
                waiting(lead, refused.retry_after)
                time.sleep(refused.retry_after)


def chat_request(lead):
    """What the model is asked about a lead."""
    return {
        "model": MODEL,
        "max_tokens": 240,
        "stream": lead.streamed,
        "messages": [
            {"role": "system", "content": "You qualify sales leads. Give a score from 0 to 100 and the main reason."},
            {"role": "user", "content": f"Lead {lead.number}: {lead.name}, head of purchasing at {lead.company}. Would they buy from us now?"},
        ],
    }


# ---- The demo: two agents, one after the other, and what came of them ----------------------------------------------------------------


def perform(plan, screen, delay):
    """Runs both agents and returns what there is to be judged."""
    evidence = Evidence(plan)
    evidence.first = _run(plan, screen, "leads", plan.budget_usd, Stage(plan, delay, misbehaves=True))
    evidence.second = _run(plan, screen, "smaller budget", plan.small_budget_usd, Stage(plan, delay / 4, misbehaves=False))
    return evidence


def _run(plan, screen, label, budget_usd, stage):
    """One agent through all leads, or until its budget refuses."""
    act = stage.act
    now = plan.leads[0]

    def show(state=""):
        screen.progress(len(act.answers), len(plan.leads), f"{label}  {dollars(spent)} of {dollars(budget_usd)}", state)

    def hear(event):
        act.events.append((now.number, event["kind"]))
        text, colour = _NOTES.get(event["kind"], ("", ""))
        if event["kind"] == "circuit.opened" and (now.number, "circuit.half_open") in act.events:
            text = "the probe failed: circuit opened again"
        if text:
            kinds = ", ".join((event["details"] or {}).get("kinds", ()))
            screen.note(now.number, text.format(kinds=kinds, message=event["message"]), colour)

    def following(leads):
        nonlocal now
        for now in leads:
            yield now

    with ProviderSimulator(stage.answer) as simulator, httpx.Client(base_url=simulator.base_url, timeout=30.0) as http:
        qualify = make_agent(http, budget_usd, hear)
        spent = qualify.protection.report().spent_usd
        show()
        try:
            for lead, answer in work_through(qualify, following(plan.leads), lambda lead, seconds: show(f"circuit open, waiting {seconds:.1f} s")):
                act.answers[lead.number] = answer
                if lead.number == stage.leak_at:
                    screen.note(lead.number, f"arrives as: {answer}", "dim")
                spent = qualify.protection.report().spent_usd
                show()
        except BudgetExceeded as refused:
            act.refused_at, act.refusal = now.number, refused
            screen.note(now.number, f"stopped: {refused}", "yellow")
        act.report = qualify.protection.report()
        act.log = simulator.log
        act.bill_usd = simulator.bill({MODEL: plan.rates})
    screen.finish_progress()
    return act


_NOTES = {  # kind of event: what is said of it, in which colour
    "circuit.opened": ("the provider fails: circuit opened", "red"),
    "circuit.half_open": ("one probe is let through", "dim"),
    "circuit.closed": ("the probe was answered: circuit closed", "green"),
    "pii.found": ("{kinds} in the model's answer: redacted", "yellow"),
    "budget.warning": ("budget warning: {message}", "yellow"),
}


def summarise(screen, evidence, problems):
    """The box at the end."""
    plan, first, second = evidence.plan, evidence.first, evidence.second
    report, tokens = first.report, first.report.tokens
    failed = sum(exchange.status >= 500 for exchange in first.log)
    circuit = [(lead, kind.rpartition(".")[2].replace("_", "-")) for lead, kind in first.events if kind.startswith("circuit.")]
    steps = ", ".join(kind for _, kind in circuit)
    warned = [lead for lead, kind in first.events if kind == "budget.warning"]
    redacted = ", ".join(f"{kind} {count}" for kind, count in sorted(report.pii_by_kind.items()))
    rows = [
        ("leads", f"{len(first.answers)} of {len(plan.leads)} answered, {len(plan.leads) - len(first.answers)} lost"),
        ("spent", f"{dollars(report.spent_usd)} of {dollars(plan.budget_usd)}"),
        ("held", dollars(report.held_usd)),
        ("calls", f"{report.calls} sent ({failed} failed, {report.retries} retries), {report.denied} denied"),
        ("tokens", f"{tokens.input:,} input, {tokens.output:,} output"),
        ("redacted", f"{redacted} (lead {plan.leak_at})" if redacted else "nothing"),
        ("circuit", f"{steps} (lead {circuit[0][0]})" if circuit else "never opened"),
        ("warning", f"at lead {', '.join(map(str, warned))}: {WARN_AT:.0%} of the budget spent" if warned else "none"),
        ("overhead", f"{report.overhead.p50 * 1e3:.2f} ms median, {report.overhead.p99 * 1e3:.2f} ms p99, per call"),
        ("provider", _agreement(first)),
        None,
        ("budget", f"{dollars(plan.small_budget_usd)} for the second agent"),
        ("stopped", f"{type(second.refusal).__name__} at lead {second.refused_at}, {len(second.answers)} answered" if second.refusal else "never"),
        ("spent", f"{dollars(second.report.spent_usd)}; {dollars(plan.small_budget_usd - second.report.spent_usd)} left"),
        ("provider", _agreement(second)),
        None,
        ("result", "as it must be" if not problems else f"not as it must be, {len(problems)} times", "red" if problems else "green"),
    ]
    screen.box("Iron Cage: lead generation", rows)
    for problem in problems:
        screen.problem(problem)


def _agreement(act):
    same = "the same to the picodollar" if act.bill_usd == act.report.spent_usd else "NOT what the report says"
    return f"bills {dollars(act.bill_usd)}: {same}"


# ---- The command line ------------------------------------------------------------------------------------------------------------


def main(arguments=None):
    """Runs the demo and returns its exit status."""
    options = _parser().parse_args(arguments)
    screen = Screen(sys.stdout, color=False if options.no_color else None)
    try:
        count_tokens("warm up", MODEL)  # loads the tokenizer's tables now (once, some 30 ms), so that the overhead below is that of calls
        plan = Plan.make(options.leads, options.seed, chat_request)
        evidence = perform(plan, screen, options.delay)
        problems = verify(evidence)
        summarise(screen, evidence, problems)
        return 1 if problems else 0
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # one is enough: the rest is tidying up
        screen.abandon()
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # nobody reads any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except BaseException:
        screen.abandon()
        raise


def _parser():
    parser = argparse.ArgumentParser(description="An agent under protection works through leads against a simulated, misbehaving provider.")
    leads = "how many leads, 1 to 10000 (default 100); the staged events move along, below 4 they are left out"
    parser.add_argument("--leads", type=_count, default=100, metavar="N", help=leads)
    parser.add_argument("--delay", type=_seconds, default=0.05, metavar="SECONDS", help="how long the model thinks about a lead (default 0.05)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="names, answers and personal data are made up from it (default 1)")
    parser.add_argument("--no-color", action="store_true", help="no colours (so does the environment variable NO_COLOR)")
    return parser


def _count(text):
    number = int(text)
    if not 1 <= number <= 10_000:
        raise argparse.ArgumentTypeError(f"1 to 10000 expected, not {number}")
    return number


def _seconds(text):
    number = float(text)
    if not 0 <= number <= 60:
        raise argparse.ArgumentTypeError(f"0 to 60 seconds expected, not {text}")
    return number


if __name__ == "__main__":
    sys.exit(main())
