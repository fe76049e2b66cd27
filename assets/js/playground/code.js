// Code that uses a ranker. Nothing here needs a page.

/** @param {{ name: string, title: string }} side */
export function pythonCode({ name, title }) {
  const run = /^\d+$/.test(name);
  const model = name === "base" ? title : name;
  const load = run
    ? `CrossEncoder("run-${name}")  # the folder in the zip above`
    : `CrossEncoder("${model}")`;
  return `from sentence_transformers import CrossEncoder

model = ${load}
query = "how are caves formed?"
passages = ["Water carves caves in rock.", "Cats sleep."]
for row in model.rank(query, passages, return_documents=True):
    print(f"{row['score']:.3f}  {row['text']}")`;
}

/**
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
 * @param {string} base the address of this server
 * @param {string} model
 */
export function curlCode(base, model) {
  return `curl ${base}/v2/rerank -H 'content-type: application/json' \\
  -H 'authorization: Bearer rr_…' \\
  -d '{"model": "${model}", "query": "how are caves formed?",
       "documents": ["Water carves caves in rock.", "Cats sleep."]}'`;
}
