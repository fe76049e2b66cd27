// Code that uses a ranker. Nothing here needs a page.

/**
 * The number of the run of a ranker, which may be its cross-encoder alone; null for others.
 * @param {string} name
 */
export function runOf(name) {
  return /^(\d+)(:tuned)?$/.exec(name)?.[1] ?? null;
}

/**
 * Python code that ranks with the model of a run or of the Hub; null for other rankers.
 * @param {{ name: string, combined?: boolean }} side
 */
export function pythonCode({ name, combined = false }) {
  if (combined) return READER_CODE;
  const run = runOf(name);
  if (!run && !name.includes("/")) return null;
  const load = run
    ? `CrossEncoder(".")  # in the folder of the zip above`
    : `CrossEncoder("${name}")`;
  return `from sentence_transformers import CrossEncoder

model = ${load}
query = "how are caves formed?"
passages = ["Water carves caves in rock.", "Cats sleep."]
for row in model.rank(query, passages, return_documents=True):
    print(f"{row['score']:.3f}  {row['text']}")`;
}

const READER_CODE = `# In the folder of the zip above
from combined_reader import CombinedReranker

ranker = CombinedReranker(".")
query = "how are caves formed?"
passages = ["Water carves caves in rock.", "Cats sleep."]
scores = ranker.scores([(query, passage) for passage in passages])
for score, passage in sorted(zip(scores, passages), reverse=True):
    print(f"{score:.3f}  {passage}")`;

/**
 * Python code that calls the ranking API with Cohere's client.
 * @param {string} base the address of this server
 * @param {string} model
 */
export function clientCode(base, model) {
  return `import cohere

client = cohere.ClientV2(api_key="rr_…", base_url="${base}")
answer = client.rerank(model="${model}", query="how are caves formed?",
                       documents=["Water carves caves in rock.", "Cats sleep."])
for row in answer.results:
    print(row.index, row.relevance_score)`;
}

/**
 * A call of the ranking API with curl.
 * @param {string} base the address of this server
 * @param {string} model
 */
export function curlCode(base, model) {
  return `curl ${base}/v2/rerank -H 'content-type: application/json' \\
  -H 'authorization: Bearer rr_…' \\
  -d '{"model": "${model}", "query": "how are caves formed?",
       "documents": ["Water carves caves in rock.", "Cats sleep."]}'`;
}
