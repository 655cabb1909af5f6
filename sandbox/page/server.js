// Sends the server of the page what a person does.

// Who acts, and in which conversation.
export const place = { user: null, channel: null };

// Resolves to what went wrong, or to null.
export async function send(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...place, ...body }),
    });
    const said = await answer.json();
    return said.error || (answer.ok ? null : `error ${answer.status}`);
  } catch {
    return "the demo has ended";
  }
}
