// Which questions are asked after what was answered. The server has the same rule (outreach/visits/checklist_rules.py);
// tests/visits/relevance.json holds both.
export interface Asked {
  id: string;
  when: Record<string, string[]>;
}

export type Answers = Record<string, string | string[]>;

/** The questions that are asked: of each `when`, a question that is asked itself has one of the values. */
export function relevant(questions: Asked[], answers: Answers): Set<string> {
  const asked = new Set<string>();
  for (const { id, when } of questions) {
    const holds = Object.entries(when).every(([name, values]) => {
      const given = answers[name];
      const list = Array.isArray(given) ? given : given ? [given] : [];
      return asked.has(name) && list.some((value) => values.includes(value));
    });
    if (holds) asked.add(id);
  }
  return asked;
}
